/** One line of what the doctor found. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'note' | 'problem'
  readonly found: string
  /** Where a setting came from: a variable, or the default. */
  readonly source?: string
  /** The command that mends a problem. */
  readonly next?: string
}
