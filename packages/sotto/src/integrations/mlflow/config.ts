/**
 * The attributes of a component, read for one run: what is malformed or not supported is refused here, before anything is
 * sent. Messages name attributes and the server's origin; the values came from secrets.
 */
import { isJsonArray, shown, SottoError } from '@sotto/sdk/model'
import type { Json, ResolvedComponent } from '@sotto/sdk/model'
import { AttributeReader } from './attribute-reader.ts'
import { readCredentials } from './credentials.ts'
import type { MlflowCredentials } from './credentials.ts'

export interface MlflowConfig {
  /** Name of the component, for messages. */
  readonly component: string
  /** Address of the server with its path, without credentials and without `/` at the end. */
  readonly baseUrl: string
  readonly credentials: MlflowCredentials
  readonly verifyTls: boolean
  /** `undefined`: the name of the pipeline. */
  readonly experimentName: string | undefined
  readonly nested: boolean
  readonly tags: { readonly [name: string]: string }
}

/** Codes: `attribute_invalid`; `unsupported` for places that the REST API does not lead to. */
export function readConfig({ name, attributes }: ResolvedComponent): MlflowConfig {
  const reader = new AttributeReader(name, attributes)
  const given = reader.text('tracking_uri')
  if (given === undefined) {
    throw reader.invalid('has no tracking_uri', `sotto experiment-tracker update ${name} --tracking_uri=URL`)
  }
  refuseOtherStores(reader, given)
  const url = readAddress(reader, given)
  return {
    component: name,
    baseUrl: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    credentials: readCredentials(reader, url),
    verifyTls: !reader.flag('tracking_insecure_tls'),
    experimentName: reader.text('experiment_name'),
    nested: reader.flag('nested'),
    tags: readTags(reader),
  }
}

/**
 * Files and databases need MLflow's own code, and Databricks has other ways to sign in and to store artifacts. We have
 * never run against Databricks, so it is refused rather than half supported.
 */
function refuseOtherStores(reader: AttributeReader, given: string): void {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(given)?.[1]?.toLowerCase() ?? ''
  const update = `sotto experiment-tracker update ${reader.component} --tracking_uri=http://127.0.0.1:5000`
  if (/^databricks\b/i.test(given)) {
    throw unsupported(
      reader,
      'has a Databricks workspace as tracking_uri, which Sotto does not reach yet',
      `use an MLflow server: ${update}`,
    )
  }
  if (/^(file|sqlite|postgresql|postgres|mysql|mssql)(\+|$)/.test(scheme) || /^[./~]/.test(given)) {
    const kind = scheme === '' ? 'a folder' : `a ${scheme}: address`
    throw unsupported(
      reader,
      `has ${kind} as tracking_uri, which only MLflow itself can open`,
      `start a server on it (mlflow server --backend-store-uri …), then: ${update}`,
    )
  }
  const databricks = ['databricks_host', 'databricks_client_id', 'databricks_client_secret'].filter(
    (name) => reader.text(name) !== undefined,
  )
  if (reader.flag('enable_unity_catalog')) databricks.push('enable_unity_catalog')
  if (databricks.length === 0) return
  throw unsupported(
    reader,
    `has ${databricks.join(', ')}: these are for a Databricks workspace, which Sotto does not reach yet`,
    `sotto experiment-tracker remove-attribute ${reader.component} ${databricks.join(' ')}`,
  )
}

function unsupported(reader: AttributeReader, what: string, hint: string): SottoError {
  return new SottoError('unsupported', `experiment tracker ${shown(reader.component)} ${what}`, { hint })
}

function readAddress(reader: AttributeReader, given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined
  const hint = `sotto experiment-tracker update ${reader.component} --tracking_uri=https://HOST:PORT`
  // The text itself is not shown: it may hold a password, and it is what could not be taken apart.
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw reader.invalid('needs an address that begins with http:// or https:// in tracking_uri', hint)
  }
  if (url.search !== '' || url.hash !== '') throw reader.invalid('has a ? or # in tracking_uri', hint)
  return url
}

function readTags(reader: AttributeReader): { readonly [name: string]: string } {
  const value = reader.raw('tags')
  const tags = typeof value === 'string' && value !== '' ? parsedObject(value) : value
  if (tags === undefined || tags === null || tags === '') return {}
  if (typeof tags !== 'object' || isJsonArray(tags)) throw reader.invalid('needs an object in tags: {"team": "risk"}')
  const ours = Object.keys(tags).filter((name) => name.startsWith('sotto.'))
  if (ours.length > 0) throw reader.invalid('has tags that begin with "sotto.", which Sotto sets itself')
  return Object.fromEntries(
    Object.entries(tags).map(([name, tag]) => [name, typeof tag === 'string' ? tag : JSON.stringify(tag)]),
  )
}

/** The text itself where it is no JSON: the caller refuses it. */
function parsedObject(text: string): Json {
  try {
    return JSON.parse(text) as Json // JSON.parse gives JSON
  } catch {
    return text
  }
}
