/** `failing-process.ts FOLDER WHAT`, with `failing-disk.c` loaded: prints the report of `failAndMend`. */
import { rmSync, writeFileSync, writeSync } from 'node:fs'
import { failAndMend } from './failing-disk.ts'
import type { DiskReport } from './failing-disk.ts'

/** What it prints. */
export type Printed = DiskReport

const [folder = '', what = 'flush'] = process.argv.slice(2)
const file = process.env['SOTTO_FAIL_FILE'] ?? ''
const report: Printed = await failAndMend(folder, {
  fail: () => writeFileSync(file, what),
  mend: () => rmSync(file),
})
writeSync(1, JSON.stringify(report))
