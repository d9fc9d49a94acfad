// The dependency rule: may this file import that? A pure function of two names, so that it is
// tested without a linter; plugin.ts hands it what the linter sees.

import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { type Allowed, type Folder, folders, reachable, specifiers } from './folders.ts'

interface Place {
  readonly folder: Folder
  /** The path under src/. */
  readonly path: string
}

/** The importing file, with what applies to it. */
interface Importer extends Place {
  readonly allowed: Allowed
  /** Tests and what they share may use everything that lies to their left. */
  readonly isTest: boolean
}

/** Where a file of a package lies; `undefined` for files outside the sources of a package. */
export function placeOf(file: string): Place | undefined {
  // The last match, so that fixtures may repeat the tree below themselves.
  const match = /^.*\/packages\/(sdk|sotto)\/src\/(.+)$/.exec(file.replaceAll('\\', '/'))
  if (match === null) return undefined
  const [, name = '', path = ''] = match
  const slash = path.indexOf('/')
  return { folder: `${name as 'sdk' | 'sotto'}:${slash < 0 ? 'entry' : path.slice(0, slash)}`, path }
}

/** Why `file` may not import `specifier`, or `undefined` when it may. */
export function refusal(file: string, specifier: string): string | undefined {
  if (specifier === 'fast-check') return refuseOwnSeed(file)
  const place = placeOf(file)
  if (place === undefined) return undefined
  const allowed = folders[place.folder]
  if (allowed === undefined) {
    return `the folder ${place.folder} is not in tools/lint/folders.ts: say there what it may import`
  }
  const from = { ...place, allowed, isTest: /\.test\.ts$|(^|\/)testing(\/|\.ts$)/.test(place.path) }
  if (specifier.startsWith('.')) return refuseFile(from, specifier)
  if (isBuiltin(specifier)) return refuseBuiltin(from, specifier)
  return refusePackage(from, specifier)
}

function refuseFile(from: Importer, specifier: string): string | undefined {
  const path = posix.normalize(posix.join(posix.dirname(from.path), specifier))
  if (path.startsWith('..')) {
    // Tests share what stands in test/support; nothing else leaves its package by a path.
    if (from.isTest && path.startsWith('../../../test/')) return undefined
    return `${specifier} leads out of the package: import another package by its name`
  }
  const name = from.folder.startsWith('sdk:') ? 'sdk' : 'sotto'
  const slash = path.indexOf('/')
  const folder: Folder = `${name}:${slash < 0 ? 'entry' : path.slice(0, slash)}`
  const isIndex = posix.basename(path) === 'index.ts'
  const fromEntry = from.folder.endsWith(':entry') || from.path.endsWith('/index.ts')
  if (isIndex && !fromEntry && !from.isTest) return `${specifier} is an entry of the package: import the file itself`
  if (from.isTest && path.includes('/testing/')) return undefined
  return refuseFolder(from, folder, `${folder}${path.slice(path.indexOf('/'))}`)
}

function refuseFolder(from: Importer, to: Folder, file: string): string | undefined {
  if (to === from.folder || from.allowed.folders.includes(to)) return undefined
  if (from.allowed.files?.some((each) => each === file) === true) return undefined
  if (from.isTest && reachable(from.folder).has(to)) return undefined
  const list = [...from.allowed.folders, ...(from.allowed.files ?? [])].join(', ')
  return `${from.folder} may not import ${to}; it may import ${list === '' ? 'nothing but its own files' : list}`
}

function refuseBuiltin(from: Importer, specifier: string): string | undefined {
  if (!specifier.startsWith('node:')) return `write node:${specifier}`
  if (from.allowed.node || from.isTest) return undefined
  return `${from.folder} may not import ${specifier}: the SDK also runs in browsers, where Node's modules are not`
}

/** One file sets the seed of property tests, so all of them take fast-check from there. */
function refuseOwnSeed(file: string): string | undefined {
  if (/(^|\/)test\/support\/property\.ts$/.test(file.replaceAll('\\', '/'))) return undefined
  return 'import { fc } from test/support/property.ts, which sets the seed'
}

/** What tests use besides: the compiler, and a terminal to answer prompts in. */
const testPackages: ReadonlySet<string> = new Set(['typescript', '@lydell/node-pty'])

function refusePackage(from: Importer, specifier: string): string | undefined {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
  if (name === 'sotto' || name === '@sotto/sdk') {
    const to = specifiers[specifier]
    if (from.folder.startsWith('sdk:')) return `${specifier}: the SDK imports its own files, by their paths`
    if (name === 'sotto') return `${specifier} is this package: import the file itself`
    if (to === undefined) return `${specifier} is not an entry of the SDK; use ${Object.keys(specifiers).join(', ')}`
    return refuseFolder(from, to, to)
  }
  if (from.allowed.packages?.includes(name) === true) return undefined
  if (from.isTest && testPackages.has(name)) return undefined
  const list = from.allowed.packages?.join(', ') ?? 'no package'
  return `${from.folder} may not import ${name}; it may import ${list} (tools/lint/folders.ts)`
}
