/** Where lines go. */
export interface ProgressView {
  /** A line that stays. */
  line(text: string): void
  /** States of steps have changed. */
  update(): void
  /** Leaves the terminal as it should be. */
  end(): void
}
