/** What commands on backups say. */
import type { RootKeyName } from '@sotto/sdk/model'

export function rootKeysText(keys: readonly RootKeyName[]): string {
  return keys.map(({ id, role, kind }) => `${id} (${role}, ${kind})`).join(' or ')
}

export function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${String(Math.ceil(bytes / 1024))} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
