/** Entry `@sotto/sdk/references`: the grammar of `{{name.key}}`. */
export { collectReferences, findReferences, substituteReferences } from './collect.ts'
export type { PlacedReference } from './collect.ts'
export { hasReference, parseTemplate, scanTemplate } from './parse.ts'
export type { Reference, Template, TemplateScan } from './parse.ts'
export { describeProblem } from './problem.ts'
export type { PlacedProblem, ReferenceProblem, ReferenceProblemKind } from './problem.ts'
export { escapeText, formatReference, formatTemplate, soleReference, substitute, unescapeText } from './template.ts'
export type { ReferenceTarget } from './template.ts'
