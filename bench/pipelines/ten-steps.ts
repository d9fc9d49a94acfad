import { pipeline, step } from 'sotto/pipelines'

const first = step('first', () => 1)
const next = step('next', ({ value }: { value: number }) => value)

/** One after the other, so that each step's cost shows. */
export const tenSteps = pipeline('ten_steps', () => {
  let value = first()
  for (let index = 1; index < 10; index++) value = next({ value })
  return value
})
