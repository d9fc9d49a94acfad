import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveView } from './live-view.ts'
import { RunRecord } from './run-record.ts'
import { durationText } from './run-words.ts'

/** What a terminal shows of the written text: enough of its escapes for what the view writes. */
function screenOf(text: string): readonly string[] {
  const rows: string[] = ['']
  let row = 0
  for (const [, up, clear, line] of text.matchAll(/\u001b\[(\d+)A|(\u001b\[J)|([^\u001b\n\r]*\n?)|\r/g)) {
    if (up !== undefined) row -= Number(up)
    else if (clear !== undefined) rows.splice(row, Infinity, '')
    else if (line !== undefined && line !== '') {
      rows[row] = (rows[row] ?? '') + line.replace('\n', '')
      if (line.endsWith('\n')) rows[(row += 1)] ??= ''
    }
  }
  return rows.filter((each) => each !== '')
}

test('lines scroll above a block of steps, which is drawn once however often it changes', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let text = ''
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const record = new RunRecord()
  const output = {
    isTerminal: true,
    columns: () => 40,
    write: (data: string | Uint8Array) => void (text += String(data)),
  }
  const view = new LiveView(output, record, (_format, word) => word)
  record.steps.set('load', { state: 'running', startedMs: 0 })
  record.steps.set('train', { state: 'waiting' })
  view.line('early')
  assert.deepEqual(screenOf(text), ['early'], 'a short run shows no block')
  now = 1500
  view.update()
  view.line('load | one')
  record.steps.set('load', { state: 'completed', tookMs: 1600 })
  record.steps.set('train', { state: 'running', startedMs: 1500 })
  now = 2000
  t.mock.timers.tick(100)
  assert.deepEqual(screenOf(text), ['early', 'load | one', 'load   completed  1.6 s', 'train  running  500 ms'])
  view.end()
  view.update()
  assert.deepEqual(screenOf(text), ['early', 'load | one', 'load   completed  1.6 s', 'train  running  500 ms'])
})

test('many steps are summed up, those under way in front', (t) => {
  let text = ''
  const record = new RunRecord()
  for (let n = 0; n < 30; n += 1) record.steps.set(`s${String(n)}`, { state: n < 20 ? 'completed' : 'waiting' })
  record.steps.set('s20', { state: 'failed', tookMs: 61_000 })
  t.mock.method(performance, 'now', () => 0)
  const view = new LiveView(
    { isTerminal: true, columns: () => 40, write: (data) => void (text += String(data)) },
    record,
    (_format, word) => word,
  )
  view.end()
  assert.deepEqual(screenOf(text), ['s20  failed  1 min 1 s', '20 completed, 9 waiting'])
})

test('durations are told in the unit that fits', () => {
  assert.deepEqual([0, 999, 1500, 125_000, 4_320_000].map(durationText), [
    '0 ms',
    '999 ms',
    '1.5 s',
    '2 min 5 s',
    '1 h 12 min',
  ])
})
