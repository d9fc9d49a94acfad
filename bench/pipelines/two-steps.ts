import { pipeline, step } from 'sotto/pipelines'

const first = step('first', () => 1)
const second = step('second', ({ value }: { value: number }) => value)

export const twoSteps = pipeline('two_steps', () => second({ value: first() }))
