/** `sotto whoami`: who the caller is, where. */
import type { Call } from '../command.ts'

export async function whoAmI({ api, print }: Call): Promise<undefined> {
  const asked = await api()
  const who = await asked.whoAmI({})
  await print.result(who, () => ({
    facts: [
      ['principal', `${who.principal.name} (${who.principal.kind})`],
      ['workspace', who.workspace],
      ...(who.token === undefined
        ? []
        : ([
            ['token', `${who.token.name} (${who.token.kind})`],
            ['good until', who.token.expiresAt],
          ] as const)),
    ],
  }))
}
