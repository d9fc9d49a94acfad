/** `sotto init`: a project that runs at once, in this folder. */
import { lstat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shown, SottoError, systemCode } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { templates } from './templates.ts'
import type { TemplateFile } from './templates.ts'

/** Codes: `file_exists` where one of the files is there; then none is written. */
export async function init({ input, print, context }: Call): Promise<undefined> {
  const files = templates({ python: input.flag('python') })
  await refuseExisting(context.cwd, files)
  for (const file of files) await write(context.cwd, file)
  await print.changed({ files: files.map(({ name }) => name) }, [`wrote ${files.map(({ name }) => name).join(', ')}`])
  if (print.format !== 'table') return
  print.say('next:')
  print.say('  sotto run start pipeline.ts')
  print.say('  sotto secret create api --token=@-        a secret for a step; then declare it in the step')
}

async function refuseExisting(folder: string, files: readonly TemplateFile[]): Promise<void> {
  const found: string[] = []
  for (const { name } of files)
    if ((await lstat(join(folder, name)).catch(() => undefined)) !== undefined) found.push(name)
  if (found.length === 0) return
  throw new SottoError('file_exists', `this folder has ${found.map(shown).join(', ')} already; nothing was written`, {
    hint: 'mkdir churn && cd churn && sotto init',
  })
}

/** Exclusively: a file that came in the meantime is not overwritten either. */
async function write(folder: string, { name, text }: TemplateFile): Promise<void> {
  try {
    await writeFile(join(folder, name), text, { flag: 'wx' })
  } catch (error) {
    const code = systemCode(error) ?? 'unknown error'
    throw new SottoError(
      code === 'EEXIST' ? 'file_exists' : 'file_unreadable',
      `file ${shown(name)} cannot be written (${code})`,
      { cause: error },
    )
  }
}
