/** A process that opens the service in a folder, making it on first use, writes one secret and prints the store's id. */
import { writeSync } from 'node:fs'
import { textValue } from '@sotto/sdk/model'
import { openService } from '../open-service.ts'
import { inFolder } from './in-folder.ts'

const [folder = '', name = ''] = process.argv.slice(2)
const service = await openService(inFolder(folder))
await service.api.createSecret({ name: `s${name}`, values: { key: textValue(name) } })
writeSync(1, `${(await service.api.describeStore({})).storeId}\n`)
await service.close()
