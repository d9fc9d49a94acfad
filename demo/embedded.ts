/** The main job from end to end on one machine, without a server: `npm run demo`. */
import { randomBytes } from 'node:crypto'
import { copyFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { findPlanted } from './leaks.ts'
import { newestRun, openStory } from './story.ts'
import { startWarehouse } from './warehouse.ts'

const password = `wh-${randomBytes(12).toString('base64url')}`
const signingKey = `sk-${randomBytes(12).toString('hex')}`
const chatToken = `xoxb-${randomBytes(12).toString('hex')}`

await using story = await openStory()
await using warehouse = await startWarehouse({ username: 'svc-churn', password })
await copyFile(path.join(import.meta.dirname, 'pipelines/churn.ts'), path.join(story.work, 'churn.ts'))
await writeFile(path.join(story.work, 'password.txt'), password, { mode: 0o600 })

story.tell('A secret is a named group of key-value pairs. The password comes from a file, not from the command line.')
await story.run(
  `sotto secret create warehouse --url=${warehouse.url} --username=svc-churn --password=@password.txt --plain url --plain username`,
)
await story.run('rm password.txt')
await story.run('sotto secret get warehouse')

story.tell('A component refers to secrets instead of holding them; the secret need not exist yet.')
await story.run('sotto flavor register alerter chat --attribute=channel --attribute=token:secret')
await story.run('sotto alerter register team_chat --flavor=chat --channel=churn --token={{chat_bot.token}}')
await story.run('sotto stack register prod --from default --alerter=team_chat')
await story.run('sotto stack set prod')

story.tell('Before a run starts, every reference is checked, and each problem names the command that mends it.')
await story.run('sotto run start churn.ts --limit=50', { status: 7 })
await story.run('sotto stack check', { status: 7 })

story.tell('register-secrets asks for whatever is missing; here the answers come from a file.')
await writeFile(path.join(story.work, 'missing.yaml'), `chat_bot:\n  token: ${chatToken}\n`, { mode: 0o600 })
await story.run('sotto stack register-secrets prod --values=@missing.yaml')
await story.run('sotto secret create model_signing --key=@-', { input: signingKey })
await story.run('sotto stack check')

story.tell('The pipeline runs: its first step signs in at a real HTTP API, its second asks for a secret by name.')
await story.run('sotto run start churn.ts --limit=50')
if (warehouse.requests.accepted !== 1)
  throw new Error(`the demo failed: the warehouse accepted ${String(warehouse.requests.accepted)} requests, not 1`)

story.tell('The log shows *** where the steps printed their secrets, and the store knows who read what.')
const run = newestRun(await story.run('sotto run list -o json'))
await story.run(`sotto run show ${run}`)
await story.run(`sotto run logs ${run}`)
await story.run(`sotto run secrets ${run}`)
await story.run('sotto audit list --object "secret warehouse"')
await story.run('sotto audit verify')

story.tell('Nothing secret lies anywhere in clear.')
await writeFile(path.join(story.work, 'missing.yaml'), '')
const found = await findPlanted([story.home, story.work], [password, signingKey, chatToken])
if (found.length > 0) throw new Error(`the demo failed: planted values were found in ${found.join(', ')}`)
process.stdout.write('searched every file of the store, the logs and the artifacts for the three values: none found\n')
