/** References in every string of a JSON value, at any depth: of attributes, settings and parameters. */
import { mapStrings, visitStrings } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { parseTemplate, scanTemplate } from './parse.ts'
import type { Reference } from './parse.ts'
import { malformed } from './problem.ts'
import type { PlacedProblem } from './problem.ts'
import { substitute } from './template.ts'

/** A reference and the way to the string it stands in: `hosts[0].url`. */
export interface PlacedReference {
  readonly path: string
  readonly reference: Reference
}

/** All references of a value with `path` before their own, and everything in it that does not parse. Does not throw for the latter. */
export function findReferences(
  value: Json,
  path: string,
): {
  readonly references: readonly PlacedReference[]
  readonly problems: readonly (PlacedProblem & { readonly path: string })[]
} {
  const references: PlacedReference[] = []
  const problems: (PlacedProblem & { readonly path: string })[] = []
  visitStrings(value, path, (text, at) => {
    const scan = scanTemplate(text)
    for (const part of scan.parts) if (typeof part !== 'string') references.push({ path: at, reference: part })
    for (const problem of scan.problems) problems.push({ ...problem, path: at })
  })
  return { references, problems }
}

/** All references of a value. Throws one `reference_malformed` that names every problem with its path. */
export function collectReferences(value: Json, path: string): readonly PlacedReference[] {
  const { references, problems } = findReferences(value, path)
  if (problems.length > 0) throw malformed(problems)
  return references
}

/**
 * A copy of the value in which every reference is replaced by what `lookup` gives and every escape is undone.
 * Throws `reference_malformed`, and whatever `lookup` throws.
 */
export function substituteReferences(
  value: Json,
  path: string,
  lookup: (reference: Reference, path: string) => string,
): Json {
  return mapStrings(value, path, (text, at) => substitute(parseTemplate(text), (reference) => lookup(reference, at)))
}
