/**
 * Where the artifacts of a run go: through the tracking server's own proxy, the only place our credentials are for. Other
 * places (s3:, a folder of the server) need credentials of their own and are refused.
 *
 * Source: https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store/
 */
import { shown, SottoError } from '@sotto/sdk/model'
import type { MlflowConfig } from './config.ts'
import { cannot } from './trouble.ts'

const proxyPath = '/api/2.0/mlflow-artifacts/artifacts/'

/** The address to put an artifact to. `root` is the `artifact_uri` of the run. Codes: `input_invalid`, `tracker_failed`. */
export function artifactUrl(config: MlflowConfig, root: string, path: string): URL {
  requireArtifactPath(path)
  const what = `store the artifact ${shown(path)}`
  const base = new URL(config.baseUrl)
  const folder = URL.canParse(root) ? folderBehindProxy(base, new URL(root)) : undefined
  if (folder === undefined) {
    const kind = /^([a-z][a-z0-9+.-]{0,30}):/i.exec(root)?.[1] ?? 'a folder'
    throw cannot(
      config,
      what,
      `keeps the artifacts of this experiment at another place (${kind}), which Sotto does not write to`,
      'start it with --serve-artifacts and use a new experiment_name: an experiment keeps its place',
    )
  }
  const segments = path.split('/').map(encodeURIComponent).join('/')
  return new URL(`${config.baseUrl}${proxyPath}${folder}/${segments}`)
}

/** The encoded folder behind the proxy of our own server; `undefined` when the artifacts are elsewhere. */
function folderBehindProxy(base: URL, root: URL): string | undefined {
  let path: string | undefined
  if (root.protocol === 'mlflow-artifacts:') {
    // Without a host it is the tracking server; with one, it must be the tracking server.
    const isOurs = root.host === '' || root.host === base.host
    path = isOurs ? root.pathname : undefined
  } else if (root.origin === base.origin) {
    const prefix = `${base.pathname.replace(/\/+$/, '')}${proxyPath}`
    path = root.pathname.startsWith(prefix) ? root.pathname.slice(prefix.length) : undefined
  }
  return path?.replace(/^\/+|\/+$/g, '')
}

/** Refuses paths that leave the run's folder, and those that the server would store under another name. */
function requireArtifactPath(path: string): void {
  const segments = path.split('/')
  let problem: string | undefined
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    problem = 'is not a relative path'
  else if (/[\\\p{Cc}]/u.test(path)) problem = 'holds a backslash or a control character'
  else if (/[?#]|%[0-9a-f]{2}/i.test(path)) problem = 'holds ?, # or an escape such as %20, which MLflow does not keep'
  else if (!path.isWellFormed()) problem = 'is not well-formed Unicode'
  if (problem !== undefined) {
    throw new SottoError('input_invalid', `artifact path ${shown(path)} ${problem}`, {
      hint: 'use a path such as model/weights.bin',
    })
  }
}
