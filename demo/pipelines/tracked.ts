// Two steps that log to the stack's experiment tracker: one in TypeScript, one in Python with the ordinary mlflow package.
import { command, output, pipeline, step } from 'sotto/pipelines'
import type { Params } from 'sotto/pipelines'

interface Model {
  accuracy: number
}

const train = step('train', { tracker: true }, async ({ lr }: { lr: number }, { tracker }): Promise<Model> => {
  await tracker.logParams({ lr })
  const accuracy = 1 - lr
  await tracker.logMetric('accuracy', accuracy)
  await tracker.setTag('stage', 'demo')
  await tracker.logArtifact('model.json', JSON.stringify({ accuracy }))
  return { accuracy }
})

const evaluate = command('evaluate', {
  run: ['python', 'evaluate.py'],
  inputs: ['model'],
  outputs: { report: output.json() },
  tracker: true,
})

export const tracked = pipeline('tracked', ({ lr }: Params<{ lr: number }>) => evaluate({ model: train({ lr }) }))
