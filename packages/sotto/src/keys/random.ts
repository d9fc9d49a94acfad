import { randomFillSync } from 'node:crypto'

/** Gives that many random bytes in a buffer of its own. Passed in, so that tests can fix every byte. */
export type RandomSource = (sizeBytes: number) => Buffer

/** The operating system's generator. `Buffer.alloc`, because a pooled buffer would lie beside other people's bytes. */
export const systemRandom: RandomSource = (sizeBytes) => randomFillSync(Buffer.alloc(sizeBytes))
