/**
 * A text as one word of a shell, for commands in hints, which people copy: the name of a folder must not become a command
 * of its own (`x'; rm -rf ~; '`). POSIX.1-2024, 2.2.2: between single quotes everything but a single quote is itself.
 */
export function shellWord(text: string): string {
  return /^[\w%+,./:=@-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
