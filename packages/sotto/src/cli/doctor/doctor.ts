/** `sotto doctor`: exit code 1 when something is wrong. */
import type { Call } from '../command.ts'
import { version } from '../help/version.ts'
import type { Finding } from './finding.ts'
import { processFindings } from './process-findings.ts'
import { settingsFindings } from './settings.ts'
import { storeFindings } from './store-findings.ts'

export async function doctor(call: Call): Promise<number> {
  const { print } = call
  const findings: readonly Finding[] = [
    { name: 'sotto', state: 'ok', found: `${version} on Node ${process.versions.node} (${process.execPath})` },
    ...(await settingsFindings(call.context)),
    ...(await storeFindings(call)),
    ...processFindings(),
  ]
  const problems = findings.filter(({ state }) => state === 'problem')
  await print.result({ ok: problems.length === 0, findings }, () => ({
    columns: ['', 'WHAT', 'FOUND', 'FROM'],
    rows: findings.map(({ state, name, found, source }) => [
      { ok: 'ok', note: 'note', problem: 'PROBLEM' }[state],
      name,
      found,
      source ?? '',
    ]),
  }))
  if (print.format === 'table') {
    for (const { name, found, state, next } of findings)
      if (state === 'note' && next !== undefined) print.say(`${name}: ${found}; next: ${next}`)
    for (const { name, found, next } of problems)
      print.warn(`${name}: ${found}${next === undefined ? '' : `; next: ${next}`}`)
    print.say(
      problems.length === 0
        ? 'no problem found'
        : `${String(problems.length)} ${problems.length === 1 ? 'problem' : 'problems'} found`,
    )
  }
  return problems.length === 0 ? 0 : 1
}
