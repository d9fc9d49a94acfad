/** What in a file's text is often an accident. */

/** Names what is odd: nothing for most texts. */
export function oddities(text: string): readonly string[] {
  const found: string[] = []
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  if (body.length !== text.length) found.push('BOM')
  if (body.includes('\r\n')) found.push('CRLF')
  if (/[\r\n]$/.test(body)) found.push('line break at the end')
  if (/^\s/.test(body) || /[^\S\r\n][\r\n]*$/.test(body)) found.push('blanks around')
  return found
}

/** The text without any of that. */
export function trimmed(text: string): string {
  return text
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .trim()
}
