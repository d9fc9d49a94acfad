import { join } from 'node:path'
import { test } from 'node:test'
import { asText } from '../testing.ts'
import { commandReference } from './reference.ts'

const document = join(import.meta.dirname, '../../../../../docs/reference/cli.md')

test('the reference of the command line is what the table says', async (context) => {
  context.assert.fileSnapshot(await commandReference(), document, asText)
})
