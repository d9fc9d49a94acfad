import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matches, readBlocks } from './support/document.ts'

test('blocks are read as commands with their output, and as files', () => {
  const blocks = readBlocks('# T\n```console\n$ a \\\n  --b\none\n$ c\n```\ntext\n```ts\n// x.ts\nlet a\n```\n')
  assert.deepEqual(blocks, [
    { kind: 'command', line: 3, command: 'a \\\n  --b', output: 'one' },
    { kind: 'command', line: 6, command: 'c', output: '' },
    { kind: 'file', line: 10, name: 'x.ts', text: '// x.ts\nlet a\n' },
  ])
})

test('a block that nobody could try is refused', () => {
  assert.throws(() => readBlocks('```sh\nls\n```'), /must be `console`/)
  assert.throws(() => readBlocks('```console\nls\n```'), /without a command/)
})

test('output matches but for ids, times and durations, and a line of three dots stands for any lines', () => {
  assert.ok(
    matches(
      'run 01900000-0000-7000-8000-000000000000 took 1.2 s',
      'run 01911111-0000-7000-8000-00000000abcd took 30 ms\n',
    ),
  )
  assert.ok(matches('a\n...\nd', 'a\nb\nc\nd\n'))
  assert.ok(matches('', ''))
  assert.ok(!matches('a', 'a\nb'))
  assert.ok(!matches('a', 'b'))
  assert.ok(!matches('', 'words'))
  assert.ok(!matches('a\n...\nd', 'a\nb\nd\ne'))
})
