/** `sotto audit tail -f` as a process: what others do while it runs is printed, each event once and in its order. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { AuditEvent } from '@sotto/sdk/model'
import { emptyHome, root } from '../support/sotto.ts'

test('tail -f prints what others do while it runs, as lines of JSON', async () => {
  await using home = await emptyHome()
  assert.equal((await home.shell('sotto secret create s --key=1')).status, 0)
  const tail = spawn(
    path.join(root, 'bin/sotto'),
    ['audit', 'tail', '-f', '-n', '1', '-o', 'json', '--what', 'resolveSecrets'],
    {
      env: home.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    const lines = createInterface({ input: tail.stdout })[Symbol.asyncIterator]()
    const seen: AuditEvent[] = []
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await home.shell('sotto secret get s key')).status, 0)
      const { value } = (await lines.next()) as IteratorResult<string, string> // of readline
      seen.push(JSON.parse(value) as AuditEvent) // an event a line
    }
    assert.deepEqual(
      seen.map(({ operation, object }) => [operation, object]),
      Array.from({ length: 3 }, () => ['resolveSecrets', 'secret s']),
    )
    assert.deepEqual(
      seen.map(({ sequence }) => sequence),
      [3, 4, 5],
    )
  } finally {
    tail.kill()
  }
})
