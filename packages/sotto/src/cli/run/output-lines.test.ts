import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OutputLines } from './output-lines.ts'

type Chunk = Parameters<OutputLines['add']>[0]

function chunk(text: string | Uint8Array, stream: 'stdout' | 'stderr' = 'stdout', step = 'load'): Chunk {
  return { kind: 'output', step, attempt: 'a', stream, data: Buffer.from(text) }
}

test('lines are put together from chunks that break anywhere, also inside a character', () => {
  const lines = new OutputLines({ colours: false })
  const bytes = Buffer.from('ä one\ntwo')
  assert.deepEqual(lines.add(chunk(bytes.subarray(0, 1))), [])
  assert.deepEqual(lines.add(chunk(bytes.subarray(1))), ['ä one'])
  assert.deepEqual(lines.add(chunk('err\n', 'stderr')), ['err'])
  assert.deepEqual(lines.rest('other'), [])
  assert.deepEqual(lines.rest('load'), ['two'])
  assert.deepEqual(lines.rest('load'), [])
})

test('colours may pass on a terminal; nothing else that moves the cursor does', () => {
  const text = '\u001b[31mred\u001b[0m \u001b[2Jclear \u0007\tx\n'
  assert.deepEqual(new OutputLines({ colours: true }).add(chunk(text)), [
    '\u001b[31mred\u001b[0m \\e[2Jclear \\u0007\tx\u001b[0m',
  ])
  assert.deepEqual(new OutputLines({ colours: false }).add(chunk(text)), ['red \\e[2Jclear \\u0007\tx'])
})

test('of a progress bar the last state is shown, and a line without end in pieces', () => {
  const lines = new OutputLines({ colours: false })
  assert.deepEqual(lines.add(chunk('10%\r50%\r100%\r\n')), ['100%'])
  const [piece] = lines.add(chunk('x'.repeat(20_000)))
  assert.equal(piece?.length, 20_000)
})
