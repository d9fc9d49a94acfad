/** Goal: no input makes a reader crash or hang. Method: 100,000 changed inputs each; see engine.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SottoError, textValue } from '@sotto/sdk/model'
import { openFile, temporaryFolder } from '../sweep/service.ts'
import { checkReader, fuzz } from './engine.ts'
import { auditExport, readers } from './readers.ts'

for (const reader of readers) test(`${reader.name}: nothing but a SottoError comes out`, () => checkReader(reader))

test('audit export: nothing but a SottoError comes out, and no change passes', async () => {
  const folder = temporaryFolder()
  const opened = await openFile(`${folder.path}/store.db`)
  try {
    const corpus: Buffer[] = []
    let fingerprint = ''
    for (const name of ['a', 'b']) {
      await opened.api.createSecret({ name, values: { key: textValue('v') } })
      const { header, events, end } = await opened.api.exportAudit({ from: name === 'a' ? undefined : 3 })
      fingerprint = header.fingerprint
      corpus.push(Buffer.from([header, ...events, { end }].map((line) => `${JSON.stringify(line)}\n`).join('')))
    }
    await checkReader(auditExport(corpus, fingerprint))
  } finally {
    await opened.close()
    folder.remove()
  }
})

test('the engine notices a crash, and a reader that hangs', async () => {
  const corpus = [Buffer.from('aaaa'), Buffer.from('bbbb')]
  const refuse = (input: Buffer): void => {
    if (input.includes('crash')) throw new TypeError('on purpose')
    throw new SottoError('input_invalid', 'no')
  }
  const given = process.env['SOTTO_FUZZ_RUNS']
  process.env['SOTTO_FUZZ_RUNS'] = '20000'
  try {
    const reader = { name: 'engine-itself', corpus, words: ['crash'], read: refuse }
    await assert.rejects(fuzz(reader), /SOTTO_FUZZ_SEED=\d+ SOTTO_FUZZ_ONLY=\d+/)
  } finally {
    const { rmSync } = await import('node:fs')
    rmSync(`${import.meta.dirname}/fixtures/engine-itself`, { recursive: true, force: true })
    if (given === undefined) delete process.env['SOTTO_FUZZ_RUNS']
    else process.env['SOTTO_FUZZ_RUNS'] = given
  }
})
