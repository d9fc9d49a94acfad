/**
 * Byte patterns packed one after the other. A thousand values make tens of thousands of patterns;
 * a typed array each would cost more than the bytes themselves.
 */
export class PatternList {
  private bytes = new Uint8Array(256)
  private readonly ends: number[] = []

  /** How many patterns there are. */
  get count(): number {
    return this.ends.length
  }

  /** The lengths of all patterns together, in bytes. */
  get totalBytes(): number {
    return this.ends.at(-1) ?? 0
  }

  /** Copies the pattern to the end of the list. */
  append(pattern: Uint8Array): void {
    const start = this.totalBytes
    const end = start + pattern.length
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.bytes.length * 2))
      larger.set(this.bytes.subarray(0, start))
      this.bytes = larger
    }
    this.bytes.set(pattern, start)
    this.ends.push(end)
  }

  /** Copies every pattern of the other list to the end of this one. */
  appendAll(other: PatternList): void {
    for (let index = 0; index < other.count; index++) this.append(other.at(index))
  }

  /** The pattern at this index, as a view that is valid until the next `append`. */
  at(index: number): Uint8Array {
    return this.bytes.subarray(index === 0 ? 0 : this.ends[index - 1], this.ends[index])
  }
}
