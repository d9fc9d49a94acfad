/** May a variable of an environment have this name? The rule of POSIX, which every shell can read back. */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
}
