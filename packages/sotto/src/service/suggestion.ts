/** The near name that may have been meant, as the end of a sentence. */
import { nearest, shown } from '@sotto/sdk/model'

/** `; did you mean "mlflow"?`, or nothing. Candidates must be names that the caller may know. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates)
  return near === undefined ? '' : `; did you mean ${shown(near)}?`
}
