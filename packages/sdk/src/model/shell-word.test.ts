import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fc } from '../../../../test/support/property.ts'
import { shellWord } from './shell-word.ts'

test('a plain path stays as it is', () => {
  assert.equal(shellWord('/home/ada/.local/share/sotto/store.db'), '/home/ada/.local/share/sotto/store.db')
})

test('whatever a name holds, a shell reads it as that name and runs nothing', () => {
  const unit = fc.constantFrom(...'\'"\\$`();&|<>*?[]{}~#! \n\tab-=/'.split(''))
  const names = fc.array(fc.string({ unit, minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(names, (given) => {
      const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${given.map(shellWord).join(' ')}`], {
        encoding: 'utf8',
      })
      assert.deepEqual(stdout.split('\0').slice(0, -1), given)
    }),
    { numRuns: 40, examples: [[["x'; touch pwned; '", '$(id)', '-rf', '']]] },
  )
})
