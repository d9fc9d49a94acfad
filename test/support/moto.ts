/**
 * moto: an emulation of AWS, in memory, without signatures and without rights. Up in a second.
 *
 *   await using moto = await startMoto()
 */
import { join } from 'node:path'
import { startServer } from './local-server.ts'
import type { LocalServer } from './local-server.ts'
import { installPythonProgram } from './python-program.ts'
import type { InstallOptions, PythonProgram } from './python-program.ts'

const version = '5.2.5'

/** Not `moto[server]`, which is twice as large and adds nothing here. */
export const motoProgram: PythonProgram = {
  name: 'moto',
  version,
  packages: [`moto==${version}`, 'flask==3.1.3', 'flask-cors==6.0.5'],
  takes: '139 MB',
}

/** What the SDK of AWS needs to find it, for the environment of a program. */
export function motoEnvironment(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
}

export async function startMoto(options: InstallOptions = {}): Promise<LocalServer> {
  const venv = await installPythonProgram(motoProgram, options)
  return startServer({
    name: 'moto',
    command: ({ port }) => ({
      program: join(venv, 'bin/moto_server'),
      args: ['-H', '127.0.0.1', '-p', String(port)],
      env: { PATH: process.env['PATH'] },
    }),
    healthPath: '/moto-api/',
  })
}

/** Makes a key of KMS; gives its ARN. moto takes the region out of the signature, which it does not check. */
export async function makeKmsKey(url: string, region: string): Promise<string> {
  const scope = `test/20260101/${region}/kms/aws4_request`
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.CreateKey',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: '{}',
  })
  const { KeyMetadata: key } = (await answer.json()) as { KeyMetadata: { Arn: string } } // as AWS documents it
  return key.Arn
}
