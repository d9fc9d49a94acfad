/** Is the place of a store the URL of a database (`postgres://…`), and not a file of this machine? */
export function liesInDatabase(place: string): boolean {
  return /^postgres(ql)?:\/\//i.test(place)
}
