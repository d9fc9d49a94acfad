// Writes docs/reference from the sources: the docstrings of what `sotto` exports, the table of
// errors and the table of operations.
//
//   npm run reference              writes the documents
//   npm run reference -- --check   fails when they are not what the sources say

import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCodes, operations, SottoError, type OperationName } from '@sotto/sdk/model'
import { commandReference } from '../packages/sotto/src/cli/help/reference.ts'
import { openApiDocument } from './openapi.ts'
import { type Declared, readDeclarations, readReexports, readTable } from './docstrings.ts'

const root = dirname(import.meta.dirname)
const entry = 'packages/sotto/src/index.ts'
const declaring = ['packages/sdk/src/{client,model,references}/*.ts', 'packages/sotto/src/connect/connect.ts']
const generated = '<!-- Written by `npm run reference` from the sources; changes here are lost. -->'

/** The documents: path from the root, and content. Throws when something public has no docstring. */
export async function referenceDocuments(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reference/client.md', clientPage()],
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/operations.md', operationsPage()],
    ['docs/reference/cli.md', await commandReference()],
    ['docs/reference/openapi.json', openApiDocument()],
  ])
}

/** Everything `sotto` exports, in the order of its entry: its own declarations first. */
export function publicDeclarations(): Declared[] {
  const own = readDeclarations(join(root, entry))
  const files = globSync(declaring, { cwd: root, exclude: ['**/*.test.ts', '**/index.ts'] })
  const known = new Map<string, Declared>()
  for (const file of files) for (const each of readDeclarations(join(root, file))) known.set(each.name, each)
  const named = readReexports(join(root, entry)).map(
    (name) => known.get(name) ?? fail(`${name} is exported by ${entry} and declared nowhere`),
  )
  // The client of `sotto` says where its Api comes from; its methods are those of the client of the SDK.
  const front = known.get('Client') ?? fail('the SDK declares no Client')
  const all = [
    ...own.map((each) =>
      each.name === 'Client'
        ? { ...each, doc: `${front.doc}\n\n${each.doc}`, members: [...each.members, ...methodsOf(front)] }
        : each,
    ),
    ...named,
  ]
  for (const each of all) requireDocs(each)
  if (all.length < 30) fail('found too few exports to be the whole package')
  return all
}

function methodsOf(front: Declared): Declared[] {
  return front.members.filter(({ name }) => name !== 'constructor')
}

/** Members that say all by their name and type. */
function speaksForItself(member: Declared): boolean {
  return !member.code.includes('(') || ['constructor', 'toString', 'toJSON'].includes(member.name)
}

function requireDocs(declared: Declared): void {
  if (declared.doc === '') fail(`${declared.name} has no docstring`)
  if (declared.kind !== 'class') return
  for (const member of declared.members) {
    if (member.doc === '' && !speaksForItself(member)) fail(`${declared.name}.${member.name} has no docstring`)
  }
}

function clientPage(): string {
  const all = publicDeclarations()
  const kinds: readonly (readonly [string, (each: Declared) => boolean])[] = [
    ['Classes', ({ kind }) => kind === 'class'],
    ['Functions and constants', ({ kind }) => kind === 'function' || kind === 'const'],
    ['Types', ({ kind }) => kind === 'interface' || kind === 'type'],
  ]
  const sections = kinds.flatMap(([title, isOf]) => [`## ${title}`, ...all.filter(isOf).flatMap(describe)])
  const intro =
    "All that `import { … } from 'sotto'` gives, beside the pipelines of `sotto/pipelines`. `@sotto/sdk` gives the same for programs that bring their own `Api`, and more of its parts."
  return page('Reference: the client', intro, sections)
}

function describe(declared: Declared): string[] {
  const code =
    declared.kind === 'class'
      ? []
      : [declared.name === 'Api' ? 'Its operations have [a page of their own](operations.md).' : block(declared.code)]
  const members =
    declared.kind === 'class' ? declared.members.filter(({ doc, code }) => doc !== '' || !code.includes('(')) : []
  return [
    `### \`${declared.name}\``,
    declared.doc,
    ...code,
    ...declared.examples.map(block),
    ...members.flatMap((member) => [
      `#### \`${declared.name}.${member.name}\``,
      block(member.code),
      member.doc,
      ...member.examples.map(block),
    ]),
  ].filter((part) => part !== '')
}

function errorsPage(): string {
  const entries = readTable(join(root, 'packages/sdk/src/model/error.ts'), 'table')
  const classes = new Map(errorCodes().map((each) => [each.code as string, each]))
  if (entries.length !== classes.size) fail('the table of errors in the source is not the one that runs')
  const sections: string[] = []
  for (const group of new Set(entries.map((each) => each.group))) {
    const rows = entries
      .filter((each) => each.group === group)
      .map(({ name, doc }) => {
        if (doc === '') fail(`the code ${name} has no docstring`)
        const { code, status, exit } = classes.get(name) ?? fail(`the code ${name} is not in the table that runs`)
        const hint = new SottoError(code, '').hint
        return [`\`${code}\``, hint === undefined ? doc : `${doc} Hint: \`${hint}\`.`, String(status), String(exit)]
      })
    sections.push(`## ${group.replace(/\.$/, '')}`, table(['Code', 'Meaning', 'HTTP status', 'Exit code'], rows))
  }
  const intro = [
    'Everything that Sotto refuses or cannot do is one `SottoError`. A program decides by its `code`; `message` says what is wrong and `hint` how to mend it. The words of both may change, the codes do not. No error holds a value of a secret.',
    block(
      "import { Client, isSottoError } from 'sotto'\n\nasync function passwordOf(name: string): Promise<string | undefined> {\n  try {\n    const secret = await new Client().getSecret(name, { keys: ['password'] })\n    return secret.secretValues.password\n  } catch (error) {\n    if (isSottoError(error, 'secret_not_found')) return undefined\n    throw error\n  }\n}",
    ),
  ].join('\n\n')
  return page('Reference: errors', intro, sections)
}

function operationsPage(): string {
  const api =
    readDeclarations(join(root, 'packages/sdk/src/model/api.ts')).find(({ name }) => name === 'Api') ??
    fail('there is no Api')
  const names = Object.keys(operations) as OperationName[] // keys of the table are the operations
  if (api.members.length !== names.length) fail('the Api and the table of operations differ')
  const rows = names.map((name) => {
    const { method, path, right, kind, reveals, audited } = operations[name]
    const doc = api.members.find((member) => member.name === name)?.doc ?? ''
    if (doc === '') fail(`the operation ${name} has no docstring`)
    return [`\`${name}\``, doc, `\`${method} ${path}\``, `${right} ${kind}`, reveals ? 'yes' : '', audited ? 'yes' : '']
  })
  const intro =
    'Every operation, whatever it is asked through: the client, the command line, the steps of a pipeline, or HTTP below `/api/v1/workspaces/{workspace}`. “Reveals” marks those by which values leave; “audited” those of which each use is an event of that name. Any may also be refused with `forbidden`, or fail with a code of the store.'
  return page('Reference: operations', intro, [
    table(['Operation', 'What it does', 'Route', 'Right', 'Reveals', 'Audited'], rows),
  ])
}

function page(title: string, intro: string, sections: readonly string[]): string {
  return `${[generated, `# ${title}`, intro, ...sections].join('\n\n')}\n`
}

function block(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}

function fail(message: string): never {
  throw new Error(message)
}

async function main(): Promise<void> {
  const checks = process.argv.includes('--check')
  const stale: string[] = []
  for (const [path, text] of await referenceDocuments()) {
    const file = join(root, path)
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    stale.push(path)
    if (checks) continue
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  if (!checks || stale.length === 0) return
  console.error(`not what the sources say: ${stale.join(', ')}; run: npm run reference`)
  process.exitCode = 1
}

if (import.meta.main) await main()
