/** Cuts a stream of bytes into lines. */

/** Collects bytes until a line is complete; a line longer than the limit sets `overflowed` and ends the reading. */
export class LineReader {
  overflowed = false
  private held: Buffer[] = []
  private heldBytes = 0
  private readonly maxBytes: number

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  /** The lines that this chunk completes, without their line breaks. */
  read(chunk: Buffer): readonly string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0 && !this.overflowed; end = chunk.indexOf(10, start)) {
      // Joined before decoding: a character may lie across two chunks.
      lines.push(Buffer.concat([...this.held, chunk.subarray(start, end)]).toString())
      this.held = []
      this.heldBytes = 0
      start = end + 1
    }
    this.held.push(chunk.subarray(start))
    this.heldBytes += chunk.length - start
    if (this.heldBytes > this.maxBytes) this.overflowed = true
    return lines
  }
}
