import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseValidationLevel, validationLevels } from './check.ts'
import { isComponentType } from './component.ts'
import { isSottoError } from './error.ts'
import { everyItem } from './page.ts'

test('a validation level is one of three words, and another is an error with the nearest', () => {
  for (const level of validationLevels) assert.equal(parseValidationLevel(level, '--level'), level)
  for (const word of ['', 'none', 'SECRET_EXIST', 'toString']) {
    assert.throws(
      () => parseValidationLevel(word, 'SOTTO_SECRET_VALIDATION_LEVEL'),
      (error) => isSottoError(error, 'level_unknown') && error.message.includes('SOTTO_SECRET_VALIDATION_LEVEL'),
    )
  }
  assert.throws(
    () => parseValidationLevel('secret_exist', 'x'),
    (error) => isSottoError(error) && error.hint === 'use SECRET_EXISTS',
  )
})

test('a component type is one of the fourteen', () => {
  assert.ok(isComponentType('experiment-tracker') && !isComponentType('tracker') && !isComponentType('toString'))
})

test('every item of every page is walked once, and pages only as far as asked', async () => {
  const asked: (string | undefined)[] = []
  const list = async (query: {
    cursor?: string | undefined
  }): Promise<{ items: readonly number[]; cursor?: string }> => {
    asked.push(query.cursor)
    const page = Number(query.cursor ?? 0)
    return Promise.resolve(page < 2 ? { items: [page * 2, page * 2 + 1], cursor: String(page + 1) } : { items: [] })
  }
  const items: number[] = []
  for await (const item of everyItem(list, {})) items.push(item)
  assert.deepEqual(items, [0, 1, 2, 3])
  assert.deepEqual(asked, [undefined, '1', '2'])
  for await (const item of everyItem(list, {})) if (item === 0) break
  assert.equal(asked.length, 4)
})
