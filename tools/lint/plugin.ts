// Our own rules for oxlint, for what its built-in ones cannot say of this house.

import type { RuleTester } from 'oxlint/plugins-dev'
import { placeOf, refusal } from './boundaries.ts'

// oxlint exports the types of its plugin interface only through this class.
type Rule = Extract<Parameters<RuleTester['run']>[1], { create: unknown }>
type Visitor = ReturnType<NonNullable<Rule['create']>>
type NodeOf<Type extends string> = Parameters<NonNullable<Visitor[Type]>>[0]
type Node = NodeOf<'*'>

/** Imports go leftwards only, type imports included. */
const boundaries: Rule = {
  create(context) {
    const check = (node: Node, source: Node | null | undefined): void => {
      const specifier = stringOf(source)
      const message = specifier === undefined ? undefined : refusal(context.filename, specifier)
      if (message !== undefined) context.report({ node, message })
    }
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source),
      TSExternalModuleReference: (node) => check(node, node.expression),
      CallExpression(node) {
        const name = node.callee.type === 'Identifier' ? node.callee.name : undefined
        if (name === 'require' && node.arguments.length > 0) check(node, node.arguments[0])
      },
    }
  },
}

/** Only the command line prints; what else has words takes a stream as a parameter. */
const onlyCliPrints: Rule = {
  create(context) {
    const place = placeOf(context.filename)
    if (place === undefined || place.folder === 'sotto:cli' || mayPrint(place.path)) return {}
    return {
      MemberExpression(node) {
        if (node.object.type !== 'Identifier') return
        const object = node.object.name
        const property = propertyOf(node)
        const prints =
          object === 'console' || (object === 'process' && (property === 'stdout' || property === 'stderr'))
        if (!prints) return
        const name = property === undefined ? object : `${object}.${property}`
        context.report({ node, message: `${name}: only cli prints; return the words, or write to a stream passed in` })
      },
    }
  },
}

/**
 * Two entries hand the streams of their process to the parts: that of a step's process, and `sotto/pipelines`, whose
 * runs show their progress when they are started from code. Tests print what they like.
 */
function mayPrint(path: string): boolean {
  return path === 'pipelines/step-runner.ts' || path === 'pipelines.ts' || path.endsWith('.test.ts')
}

/** index.ts exists only as an entry of a package. */
const indexIsEntry: Rule = {
  create(context) {
    const place = placeOf(context.filename)
    const entries = ['index.ts', 'model/index.ts', 'references/index.ts', 'testing/index.ts']
    const isEntry = place?.folder.startsWith('sdk:') === true ? entries : ['index.ts']
    if (place === undefined || !/(^|\/)index\.ts$/.test(place.path) || isEntry.includes(place.path)) return {}
    return {
      Program: (node) =>
        context.report({
          node,
          message: 'index.ts is the name of package entries: name the file after what it exports',
        }),
    }
  },
}

function stringOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  // A template without holes says the same as a string.
  if (node?.type === 'TemplateLiteral' && node.quasis.length === 1) return node.quasis[0]?.value.cooked ?? undefined
  return undefined
}

function propertyOf(node: NodeOf<'MemberExpression'>): string | undefined {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : undefined
  return stringOf(node.property)
}

const plugin: { readonly meta: { readonly name: string }; readonly rules: Readonly<Record<string, Rule>> } = {
  meta: { name: 'sotto' },
  rules: { boundaries, 'only-cli-prints': onlyCliPrints, 'index-is-entry': indexIsEntry },
}

export default plugin
