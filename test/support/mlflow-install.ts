/** MLflow for Python: about a minute and 850 MB. Its version is the one that the tests and the demo were made with. */
import { join } from 'node:path'
import { installPythonProgram, pythonProgramAvailable } from './python-program.ts'
import type { InstallOptions, PythonProgram } from './python-program.ts'

export type { InstallOptions }

/** 3.18.0 lacks a part of the authentication. */
const version = '3.17.2'
const mlflow: PythonProgram = {
  name: 'MLflow',
  version,
  packages: [`mlflow[auth]==${version}`],
  takes: 'about a minute',
}

/** Whether a server can be started here (after the installation), else the reason. */
export function mlflowAvailable(): true | string {
  return pythonProgramAvailable(mlflow)
}

/** Installs MLflow if it is not there. Gives the interpreter. */
export async function installMlflow(options: InstallOptions = {}): Promise<string> {
  return join(await installPythonProgram(mlflow, options), 'bin', 'python')
}
