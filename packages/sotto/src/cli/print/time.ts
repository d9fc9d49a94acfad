/** `2026-11-24 07:43 UTC`: how tables show a time. */
export function shortTime(rfc3339: string): string {
  return `${rfc3339.slice(0, 16).replace('T', ' ')} UTC`
}
