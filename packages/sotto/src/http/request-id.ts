/** Ids of requests: unique over all servers for practical purposes, and made without asking for randomness each time. */
import { randomBytes } from 'node:crypto'

export class RequestIds {
  readonly #process: string = randomBytes(9).toString('base64url')
  #number = 0

  /** `hK3dPq1mZw0x-1f`. */
  next(): string {
    this.#number += 1
    return `${this.#process}-${this.#number.toString(36)}`
  }
}
