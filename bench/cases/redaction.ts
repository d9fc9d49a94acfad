// The streaming mask on the log of a run, with a thousand values registered. bench/redaction.ts looks closer.

import { randomBytes } from 'node:crypto'
import { Redactor } from '../../packages/sotto/src/redaction/redactor.ts'
import { type Bench, byTurns } from '../measure.ts'

const VALUES = 1_000
const TEXT_BYTES = 32 * 1024 * 1024
const WRITE_BYTES = 64 * 1024
const ROUNDS = 7

function makeLog(): Buffer {
  const text = Buffer.alloc(TEXT_BYTES)
  for (let at = 0, line = 0; at < TEXT_BYTES; line++) {
    const rate = (line * 7919) % 5_000
    at += text.write(
      `2026-01-01T00:00:00.${line % 1_000}Z INFO train.loop: step ${line} lr=0.001 throughput ${rate} rows/s\n`,
      at,
    )
  }
  return text
}

function inWrites(text: Buffer, pass: (chunk: Buffer) => unknown): void {
  for (let at = 0; at < text.length; at += WRITE_BYTES) pass(text.subarray(at, at + WRITE_BYTES))
}

export const bench: Bench = {
  name: 'redaction',
  async measure() {
    const redactor = new Redactor()
    for (let index = 0; index < VALUES; index++) redactor.add(randomBytes(24).toString('base64url'))
    const text = makeLog()
    const times = await byTurns(
      {
        mask() {
          const stream = redactor.stream()
          inWrites(text, (chunk) => stream.write(chunk))
        },
        copy: () => inWrites(text, (chunk) => Uint8Array.prototype.slice.call(chunk)),
      },
      ROUNDS,
    )
    // A million bytes in a millisecond are a thousand MB/s.
    const speed = (ms: number): number => TEXT_BYTES / 1_000 / ms
    return [
      {
        name: 'masking a log, 1,000 values registered',
        value: speed(times.mask),
        unit: 'MB/s',
        reference: { name: 'copying it', value: speed(times.copy) },
        limit: { of: 'value', bound: 'at least', value: 150 },
      },
    ]
  },
}
