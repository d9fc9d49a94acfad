/*
 * How fast the streaming redactor passes output, with 1,000 values registered:
 *
 *   node --expose-gc --conditions=sotto-source bench/redaction.ts
 *
 * Each figure is the best of several rounds over 32 MiB in writes of 64 KiB, beside two references
 * from the same run: a copy of the same writes, and `indexOf` of one value.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { valueForms } from '../packages/sotto/src/redaction/forms.ts'
import { Redactor } from '../packages/sotto/src/redaction/redactor.ts'

const VALUES = 1_000
const TEXT_BYTES = 32 * 1024 * 1024
const WRITE_BYTES = 64 * 1024
const ROUNDS = 5
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[]^_{|}~'
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Half of the values are tokens, half are passwords with punctuation; 20 to 40 characters. */
function makeValue(index: number): string {
  const alphabet = index % 2 === 0 ? ALPHANUMERIC : ALPHANUMERIC + PUNCTUATION
  return Array.from({ length: randomInt(20, 41) }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
}

function fill(makeLine: () => string): Buffer {
  const text = Buffer.alloc(TEXT_BYTES)
  for (let at = 0; at < TEXT_BYTES;) at += text.write(makeLine(), at)
  return text
}

const LEVELS = ['INFO', 'DEBUG', 'WARNING']
function logLine(): string {
  const time = new Date(1_700_000_000_000 + randomInt(2 ** 40)).toISOString()
  const level = LEVELS[randomInt(LEVELS.length)]
  return `${time} ${level} train.loop: epoch ${randomInt(100)} step ${randomInt(100_000)} loss=${(randomInt(1e6) / 1e6).toFixed(6)} lr=0.001 batch=s3://bucket/part-${randomInt(1e5)}.parquet throughput ${randomInt(5_000)} rows/s\n`
}

/** The best time of the rounds, in MB (a million bytes) a second. */
function measure(text: Buffer, makePass: () => (chunk: Buffer) => void): number {
  let best = 0
  for (let round = 0; round < ROUNDS; round++) {
    const pass = makePass()
    const start = process.hrtime.bigint()
    for (let at = 0; at < text.length; at += WRITE_BYTES) pass(text.subarray(at, at + WRITE_BYTES))
    best = Math.max(best, text.length / (Number(process.hrtime.bigint() - start) / 1_000))
  }
  return best
}

const heapBytes = (): number => {
  globalThis.gc?.()
  const usage = process.memoryUsage()
  return usage.heapUsed + usage.arrayBuffers
}

const values = Array.from({ length: VALUES }, (_, index) => makeValue(index))
const forms = values.flatMap((value) => valueForms(Buffer.from(value)))
console.log(
  `${VALUES} values, ${forms.length} forms, ${forms.reduce((sum, form) => sum + form.length, 0)} bytes of forms`,
)

const before = heapBytes()
const redactor = new Redactor()
const addStart = performance.now()
for (const value of values) redactor.add(value)
const buildStart = performance.now()
redactor.redact('')
const buildEnd = performance.now()
console.log(
  `registered in ${(buildStart - addStart).toFixed(0)} ms, built in ${(buildEnd - buildStart).toFixed(0)} ms, ` +
    `${((heapBytes() - before) / 2 ** 20).toFixed(1)} MiB kept${globalThis.gc === undefined ? ' (without --expose-gc: garbage too)' : ''}`,
)

// Values that are nearly there at every byte come on top of the others; they hit the all-'a' text only.
redactor.add(`${'a'.repeat(31)}b`, 'near.match')
redactor.add(`${'a'.repeat(4_000)}b`, 'near.long')

const texts: Record<string, Buffer> = {
  'log text': fill(logLine),
  'base64 text': fill(() => `${randomBytes(57).toString('base64')}\n`),
  'hex text': fill(() => `${randomBytes(32).toString('hex')}\n`),
  'random bytes': randomBytes(TEXT_BYTES),
  "all 'a'": Buffer.alloc(TEXT_BYTES, 'a'),
  'log text, a value each 200 lines': fill(() =>
    randomInt(200) === 0 ? `password ${values[randomInt(VALUES)]}\n` : logLine(),
  ),
}
const needle = Buffer.from(values[0] ?? '')
console.log('text                              redactor     copy     indexOf   redactor/indexOf')
for (const [name, text] of Object.entries(texts)) {
  const masked = measure(text, () => {
    const stream = redactor.stream()
    return (chunk) => stream.write(chunk)
  })
  const copied = measure(text, () => (chunk) => Uint8Array.prototype.slice.call(chunk))
  const searched = measure(text, () => (chunk) => chunk.indexOf(needle))
  const figure = (speed: number): string => `${speed.toFixed(0)} MB/s`.padStart(11)
  console.log(
    `${name.padEnd(32)}${figure(masked)}${figure(copied)}${figure(searched)}${(masked / searched).toFixed(3).padStart(10)}`,
  )
}
