import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { readDeclarations, readTable } from './docstrings.ts'
import { publicDeclarations, referenceDocuments } from './reference.ts'

const root = dirname(import.meta.dirname)

/** Compiles each example as a module of its own with the settings of the repository; gives the compiler's complaints. */
function compile(examples: readonly string[]): string {
  // Inside node_modules, so that `sotto` is found from there and nothing of it is taken for a source.
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'examples-'))
  try {
    const files = examples.map((example, index) => {
      const prelude = example.includes('import ')
        ? ''
        : "import type { Client } from 'sotto'\ndeclare const client: Client\n"
      const file = `example-${String(index)}.ts`
      writeFileSync(join(folder, file), `${prelude}${example}\nexport {}\n`)
      return file
    })
    const settings = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { noUnusedLocals: false, types: ['node'] },
      files,
      include: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    return spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' }).stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('the reference documents', () => {
  test('are what the sources say', async () => {
    for (const [path, text] of await referenceDocuments()) {
      assert.equal(readFileSync(join(root, path), 'utf8'), text, `${path} is stale; run: npm run reference`)
    }
  })

  test('have examples that compile', async () => {
    const documents = await referenceDocuments()
    const all = publicDeclarations()
    const examples = [...all, ...all.flatMap((each) => each.members)].flatMap((each) => each.examples)
    const written = [...(documents.get('docs/reference/errors.md') ?? '').matchAll(/```ts\n(.*?)\n```/gs)].flatMap(
      ([, code]) => code ?? [],
    )
    assert.ok(examples.length > 8 && written.length > 0)
    assert.equal(compile([...examples, ...written]), '')
  })

  test('would not have an example that does not compile', () => {
    assert.match(compile(["await client.getSecret('crm', { key: 'x' })"]), /example-0\.ts\(3,\d+\): error TS/)
  })
})

describe('the docstring reader', () => {
  const folder = join(root, 'packages/sdk/src')

  test('reads docs, heads, examples and members', () => {
    const client = readDeclarations(join(folder, 'client/client.ts')).find(({ name }) => name === 'Client')
    assert.equal(client?.kind, 'class')
    const method = client?.members.find(({ name }) => name === 'getSecret')
    assert.match(
      method?.code ?? '',
      /^getSecret<const K extends string = string>\(secret: string, options: GetSecretOptions<K> = \{\}\): Promise<Secret<K>>$/,
    )
    assert.match(method?.doc ?? '', /^Reads a secret: one audit event\. Throws `secret_not_found`/)
    assert.match(method?.examples[0] ?? '', /^const secret = await client\.getSecret/)
    assert.ok(!client?.members.some(({ name }) => name.startsWith('#') || name === 'connect'))
  })

  test('reads tables with the headings of their groups', () => {
    const entries = readTable(join(folder, 'model/error.ts'), 'table')
    assert.deepEqual(entries[0]?.name, 'usage')
    assert.equal(entries.find(({ name }) => name === 'check_failed')?.group, 'References that cannot be resolved.')
    assert.throws(() => readTable(join(folder, 'model/error.ts'), 'nothing'), /has no table nothing/)
  })
})
