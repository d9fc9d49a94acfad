import { limits, SottoError } from '@sotto/sdk/model'

/** Counts what an answer holds, so that no request takes all memory of the process that answers. */
export class AnswerSize {
  #bytes = 0

  /** Throws `value_too_large`. */
  add(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes <= limits.answerBytes) return
    throw new SottoError('value_too_large', 'the values of one answer would be more than 64 MiB', {
      hint: 'ask for fewer secrets, or fewer keys of them, at once',
    })
  }
}
