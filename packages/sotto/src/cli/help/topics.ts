/** Topics of `sotto help TOPIC`. */
import { errorCodes } from '@sotto/sdk/model'
import { definitions, wrap } from '../print/wrap.ts'

/** A paragraph of prose, lines that stay as they are, or labels with their texts. */
type Block = string | { readonly lines: readonly string[] } | { readonly items: readonly (readonly [string, string])[] }

const exitMeanings: { readonly [exit: number]: string } = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage or input',
  3: 'not found',
  4: 'not signed in',
  5: 'not allowed',
  6: 'conflict with what is there',
  7: 'check failed: references cannot be resolved',
  8: 'server or service not reachable',
  126: 'the program of sotto exec cannot be started',
  127: 'the program of sotto exec is not there',
  130: 'interrupted (Ctrl-C)',
}

function exitCodes(): readonly Block[] {
  const codes = errorCodes()
  const items = Object.entries(exitMeanings).map(([exit, meaning]) => {
    const names = codes.filter((code) => code.exit === Number(exit)).map(({ code }) => code)
    return [exit, names.length === 0 ? meaning : `${meaning}: ${names.join(', ')}`] as const
  })
  return [
    'A command ends with one of these numbers. The words behind them are the codes of errors, as -o json shows them.',
    { items },
    'A command under sotto exec ends with the number of what it ran. With -o json a failure is one line on standard error: {"code","message","hint","details"}.',
  ]
}

const references: readonly Block[] = [
  'Any text in an attribute of a component or in a setting may refer to a secret:',
  {
    lines: [
      '{{mlflow_secret.password}}',
      'https://{{crm.host}}:8443/{{crm.path}}',
      '{{mlflow_secret.password@3}}      version 3 and no other',
    ],
  },
  'Blanks inside are allowed; then the shell needs quotes:',
  {
    lines: [
      "sotto experiment-tracker register mlflow --flavor=mlflow '--tracking_password={{ mlflow_secret.password }}'",
    ],
  },
  'A literal {{ is written \\{{. Only before {{ is a backslash special: \\\\{{ is a backslash and a reference.',
  'The name is looked up exactly: among your own secrets (scope user) first, then among those of the workspace. References are kept as they are written and resolved only for a run. sotto stack check tells which cannot be resolved; sotto stack register-secrets asks for what is missing.',
]

const environment: readonly Block[] = [
  'An option wins over a variable, a variable over the file of the project, that over your own file.',
  {
    items: [
      [
        'SOTTO_STORE',
        'The store alone: a file, or postgres://USER@HOST:PORT/DATABASE (?sslmode=, sslrootcert=, sslcert=, sslkey=, schema=)',
      ],
      ['SOTTO_STORE_PASSWORD_FILE', 'A file with the password of that database; else PGPASSWORD, else ~/.pgpass'],
      ['SOTTO_HOME', 'One folder for everything: store, root key, settings, cache'],
      ['XDG_DATA_HOME', 'The store is in its folder sotto, else in ~/.local/share/sotto'],
      ['XDG_STATE_HOME', 'The root key is in its folder sotto, else in ~/.local/state/sotto'],
      ['XDG_CONFIG_HOME', 'Settings are in its folder sotto, else in ~/.config/sotto'],
      ['SOTTO_ROOT_KEY_FILE', 'A file with the root key'],
      ['SOTTO_ROOT_KEY', 'The root key itself: 32 bytes, encoded'],
      ['SOTTO_PASSPHRASE_FILE', 'A file with the passphrase that the root key is made of'],
      ['SOTTO_PASSPHRASE', 'The passphrase itself'],
      [
        'SOTTO_ROOT_KEY_SERVICE',
        "The key that wraps the root key: aws-kms:ARN (credentials as for AWS's own programs) or transit:URL/KEY of OpenBao or Vault (BAO_TOKEN, BAO_TOKEN_FILE, BAO_NAMESPACE, BAO_CACERT, or the same with VAULT_)",
      ],
      [
        'SOTTO_NEW_ROOT_KEY_SERVICE',
        'The one that a change of the root key may lead to, where a server has the store open',
      ],
      [
        'SOTTO_TRANSIT_LOGIN',
        'Path of the auth method to sign in at instead of a token: approle (with SOTTO_TRANSIT_ROLE_ID and SOTTO_TRANSIT_SECRET_ID_FILE), or kubernetes or another for JWTs (with SOTTO_TRANSIT_ROLE and SOTTO_TRANSIT_JWT_FILE)',
      ],
      ['SOTTO_RECOVERY_CODE', 'The recovery code, in the place of all of these: the root key is lost'],
      ['SOTTO_SECRET_VALIDATION_LEVEL', 'How far references are checked: SECRET_AND_KEY_EXISTS, SECRET_EXISTS or NONE'],
      ['SOTTO_URL', 'A server to ask, in the place of the store of this machine: https://sotto.example'],
      [
        'SOTTO_CONTEXT',
        'A context of sotto context list, in the place of the one that is used; local for this machine',
      ],
      ['SOTTO_TOKEN', 'The token to sign in with there'],
      ['SOTTO_TOKEN_FILE', 'A file with the token, read before SOTTO_TOKEN'],
      ['SOTTO_WORKSPACE', 'The workspace, there or in the store of this machine; default without it'],
      ['SOTTO_CA_FILE', 'Certificates in PEM that are trusted too, for a server with a certificate of your own'],
      ['SOTTO_ALLOW_HTTP', 'true: send token and values to another machine without TLS'],
      ['SOTTO_STACK', 'The stack that is used where none is named'],
      ['ZENML_SECRET_VALIDATION_LEVEL', 'The same, where the one above is not set'],
      [
        'SOTTO_AUDIT_COPY',
        'Where events of the audit log are also written: file:/PATH, or command:COMMAND, which reads them',
      ],
      ['SOTTO_STEP_SOCKET', 'Set inside a step: where it asks for its secrets'],
      [
        'SOTTO_AUTH',
        'Sign in to SOTTO_URL by the identity of a job or pod: github, gitlab (SOTTO_ID_TOKEN), kubernetes or file (SOTTO_IDENTITY_FILE)',
      ],
      [
        'SOTTO_TRUST, SOTTO_AUDIENCE',
        'The trust to sign in by, where several fit; what the identity is for, where not SOTTO_URL',
      ],
      ['GITHUB_ACTIONS', 'Set by GitHub: revealed values become masks of its log, failed checks its annotations'],
      ['NO_COLOR, FORCE_COLOR, TERM', 'Colour: none, always, none where TERM=dumb'],
    ],
  },
]

const names: readonly Block[] = [
  'Names of secrets, components, flavors and stacks: 1 to 128 of A-Z a-z 0-9 _ -, not beginning with -, and not shaped like an id.',
  'Keys of a secret: 1 to 128 of A-Z a-z 0-9 _ . -, beginning with a letter or _.',
  'They are compared exactly: upper and lower case differ, and a name never stands for a longer one.',
  'A secret lives in a scope, and each scope has its own names: user (only its owner) or workspace (shared).',
  'A key with the name of an option is given after --:',
  { lines: ['sotto secret create NAME -- --scope=read --values=7'] },
]

const topics: { readonly [topic: string]: () => readonly Block[] } = {
  'exit-codes': exitCodes,
  references: () => references,
  environment: () => environment,
  names: () => names,
}

export const topicNames: readonly string[] = Object.keys(topics)

/** `undefined` for what is no topic. */
export function topicText(topic: string, width: number): string | undefined {
  const blocks = Object.hasOwn(topics, topic) ? topics[topic]?.() : undefined
  return blocks?.map((block) => `${linesOf(block, width).join('\n')}\n`).join('\n')
}

function linesOf(block: Block, width: number): readonly string[] {
  if (typeof block === 'string') return wrap(block, width, '')
  return 'lines' in block ? block.lines.map((line) => `  ${line}`) : definitions(block.items, width)
}
