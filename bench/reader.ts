// One of several processes that read from one file for a while; prints how many reads were answered.
//
//   node bench/reader.ts HOME SECRETS MILLISECONDS

import { openEmbedded } from '../packages/sotto/src/connect/embedded.ts'
import { nameOf } from './many-secrets.ts'

const [home = '', secrets = '1', milliseconds = '1000'] = process.argv.slice(2)
const IN_FLIGHT = 16

const connection = await openEmbedded({ SOTTO_HOME: home })
let next = 0
const end = Date.now() + Number(milliseconds)
async function lane(): Promise<void> {
  while (Date.now() < end) {
    const secret = nameOf((next++ * 7) % Number(secrets))
    await connection.api.resolveSecrets({ items: [{ secret, keys: ['password'] }] })
  }
}
await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
await connection.close()
console.log(next)
