/** The files that `sotto init` writes. They run in a folder where nothing is installed. */

export interface TemplateFile {
  readonly name: string
  readonly text: string
}

const project: TemplateFile = {
  name: 'sotto.yaml',
  text: `# What this folder uses; an option or a SOTTO_ variable wins over it.
workspace: default
stack: default
level: SECRET_AND_KEY_EXISTS

# Variables for \`sotto exec\`, with references instead of values:
# exec:
#   env:
#     API_TOKEN: "{{api.token}}"
`,
}

const train: TemplateFile = {
  name: 'train.py',
  text: `# The second step. Sotto names three places: the inputs, the parameters, and where outputs go.
import json
import os
from pathlib import Path

rows = json.loads(Path(os.environ["SOTTO_INPUTS"], "rows.json").read_text())
params = json.loads(Path(os.environ["SOTTO_PARAMS"]).read_text())

hits = [row for row in rows if (row["calls"] > params["threshold"]) == row["left"]]
accuracy = len(hits) / len(rows)
print(f"accuracy {accuracy:.2f} on {len(rows)} rows")

Path(os.environ["SOTTO_OUTPUTS"], "metrics.json").write_text(json.dumps({"accuracy": accuracy}))
`,
}

const load: TemplateFile = {
  name: 'load.py',
  text: `# The first step. Its secrets, once it declares some, are variables of its environment.
import json
import os
from pathlib import Path

params = json.loads(Path(os.environ["SOTTO_PARAMS"]).read_text())
rows = [{"customer": n, "calls": n * 7 % 5, "left": n * 7 % 5 > 2} for n in range(params["limit"])]
print(f"made {len(rows)} rows")

Path(os.environ["SOTTO_OUTPUTS"], "rows.json").write_text(json.dumps(rows))
`,
}

const trainCommand = `// A program of any language: inputs and outputs are files, see train.py.
const train = command('train', {
  run: ['python3', 'train.py'],
  params: ['threshold'],
  inputs: ['rows'],
  outputs: { metrics: output.json<{ accuracy: number }>() },
})
`

const body = `// The body connects the steps. A parameter: sotto run start pipeline.ts --limit=500
export const churn = pipeline('churn', { defaults: { limit: 100, threshold: 2 } }, ({ limit, threshold }: Params<{ limit: number; threshold: number }>) =>
  train({ rows: ROWS, threshold }).metrics,
)
`

const typescript: TemplateFile = {
  name: 'pipeline.ts',
  text: `// A pipeline of two steps, each in a process of its own. Run it: sotto run start pipeline.ts
import { command, output, pipeline, step } from 'sotto/pipelines'
import type { Params } from 'sotto/pipelines'

// A step that uses a secret declares it, and gets nothing else:
//   step('load', { secrets: { api: secret('api', 'token') } }, async ({ limit }, { secrets }) => … secrets.api.token.reveal() …)
const load = step('load', ({ limit }: { limit: number }) => {
  const rows = Array.from({ length: limit }, (_, customer) => {
    const calls = (customer * 7) % 5
    return { customer, calls, left: calls > 2 }
  })
  console.log(\`made \${rows.length} rows\`)
  return rows
})

${trainCommand}
${body.replace('ROWS', 'load({ limit })')}`,
}

const python: TemplateFile = {
  name: 'pipeline.ts',
  text: `// A pipeline of two steps in Python, each in a process of its own. Run it: sotto run start pipeline.ts
import { command, output, pipeline } from 'sotto/pipelines'
import type { Params } from 'sotto/pipelines'

// A command that uses a secret declares it, and finds it in its environment:
//   secrets: { API_TOKEN: secret('api', 'token') }
const load = command('load', {
  run: ['python3', 'load.py'],
  params: ['limit'],
  outputs: { rows: output.json() },
})

${trainCommand}
${body.replace('ROWS', 'load({ limit }).rows')}`,
}

/** With `python` every step is in Python; else the first is in TypeScript. */
export function templates(options: { readonly python: boolean }): readonly TemplateFile[] {
  return options.python ? [project, python, load, train] : [project, typescript, train]
}
