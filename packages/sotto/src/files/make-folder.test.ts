import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from './make-folder.ts'

test('a folder is made with its parents, closed to others, and once', () => {
  const root = mkdtempSync(join(tmpdir(), 'sotto-folder-'))
  try {
    const folder = join(root, 'a', 'b')
    assert.equal(makeFolder(folder), true)
    assert.equal(makeFolder(folder), false)
    for (const path of [folder, join(root, 'a')]) assert.equal(statSync(path).mode & 0o777, 0o700)
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('where no folder can be made the refusal comes at once', { skip: process.platform !== 'linux' }, () => {
  assert.throws(() => makeFolder('/proc/sotto/a'), { code: 'ENOENT' })
})
