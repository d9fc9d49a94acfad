/** Commands of components: made once for each type from the model's list of types. */
import type { ComponentType } from '@sotto/sdk/model'
import type { ArgumentSpec, AttributesSpec, CommandSpec, OptionSpec } from '../command.ts'
import { descriptionOption, labelOption } from './secret-options.ts'

/** A flavor of each type, for its examples. */
const exampleFlavors: { readonly [type in ComponentType]: string } = {
  alerter: 'slack',
  annotator: 'label_studio',
  'artifact-store': 's3',
  'container-registry': 'ecr',
  'data-validator': 'great_expectations',
  deployer: 'docker',
  'experiment-tracker': 'mlflow',
  'feature-store': 'feast',
  'image-builder': 'kaniko',
  'log-store': 'loki',
  'model-deployer': 'kserve',
  'model-registry': 'mlflow',
  orchestrator: 'local',
  'step-operator': 'kubernetes',
}

const attributes: AttributesSpec = {
  reserved: 'component',
  shown: '--ATTRIBUTE=VALUE',
  help: 'An attribute of the flavor; a text may hold references: {{secret.key}}',
}

const attributeForms: readonly string[] = [
  'An attribute that the flavor declares as number, boolean, list or object is written as JSON. References are kept as they are written and resolved only for a run; quote one with blanks in it.',
]

const writeOptions: readonly OptionSpec[] = [
  descriptionOption,
  labelOption,
  { name: 'allow-plaintext', kind: 'flag', help: 'Do not warn about secrets in clear' },
]

const existing: ArgumentSpec = { name: 'NAME', help: 'Name or id of the component', completes: 'component' }
const newName: ArgumentSpec = { name: 'NEW', help: 'The new name' }

/** All commands of one type. */
export function componentCommands(type: ComponentType): readonly CommandSpec[] {
  const flavor = exampleFlavors[type]
  const name = `my_${flavor}`
  return [
    ...attributeCommands(type, flavor, name),
    ...readingCommands(type, flavor, name),
    ...namingCommands(type, name),
  ]
}

function attributeCommands(type: ComponentType, flavor: string, name: string): readonly CommandSpec[] {
  return [
    {
      path: [type, 'register'],
      summary: `Register a component of type ${type}`,
      examples: registerExamples(type, flavor),
      details: attributeForms,
      arguments: [{ name: 'NAME', help: 'Name of the new component' }],
      attributes: { ...attributes, completes: 'flavor' },
      options: [
        {
          name: 'flavor',
          kind: 'text',
          value: 'FLAVOR',
          help: 'Which kind it is; see sotto flavor list',
          completes: 'flavor',
        },
        ...writeOptions,
      ],
      load: async () => (await import('../component/register.ts')).registerComponent,
    },
    {
      path: [type, 'update'],
      summary: 'Change attributes; the others stay',
      examples: [
        { line: `sotto ${type} update ${name} --password={{vault.password}}`, about: 'one attribute' },
        { line: `sotto ${type} update ${name} --label team=risk`, about: 'a label' },
      ],
      details: attributeForms,
      arguments: [existing],
      attributes,
      options: writeOptions,
      load: async () => (await import('../component/update.ts')).updateComponent,
    },
    {
      path: [type, 'remove-attribute'],
      summary: 'Remove attributes',
      examples: [
        { line: `sotto ${type} remove-attribute ${name} password`, about: 'one' },
        { line: `sotto ${type} remove-attribute ${name} username password`, about: 'several' },
      ],
      arguments: [existing, { name: 'ATTRIBUTE', help: 'Attributes to remove', many: true }],
      load: async () => (await import('../component/remove-attribute.ts')).removeAttribute,
    },
  ]
}

function readingCommands(type: ComponentType, flavor: string, name: string): readonly CommandSpec[] {
  return [
    {
      path: [type, 'describe'],
      summary: 'Show a component; references as written, secrets in clear masked',
      examples: [
        { line: `sotto ${type} describe ${name}`, about: 'attributes and who wrote them' },
        { line: `sotto ${type} describe ${name} --json`, about: 'for a program' },
      ],
      arguments: [existing],
      load: async () => (await import('../component/describe.ts')).describeComponent,
    },
    {
      path: [type, 'list'],
      summary: 'List components of this type',
      examples: [
        { line: `sotto ${type} list`, about: 'all' },
        { line: `sotto ${type} list --flavor ${flavor}`, about: 'of one flavor' },
      ],
      options: [{ name: 'flavor', kind: 'text', value: 'FLAVOR', help: 'Only of this flavor', completes: 'flavor' }],
      load: async () => (await import('../component/list.ts')).listComponents,
    },
  ]
}

function namingCommands(type: ComponentType, name: string): readonly CommandSpec[] {
  return [
    {
      path: [type, 'copy'],
      summary: 'Register a copy under another name',
      examples: [
        { line: `sotto ${type} copy ${name} ${name}_staging`, about: 'attributes with their references' },
        { line: `sotto ${type} update ${name}_staging --password={{staging.password}}`, about: 'and what differs' },
      ],
      arguments: [existing, newName],
      load: async () => (await import('../component/copy.ts')).copyComponent,
    },
    {
      path: [type, 'rename'],
      summary: 'Give a component another name; stacks keep it',
      examples: [
        { line: `sotto ${type} rename ${name} tracking`, about: 'by name' },
        { line: `sotto ${type} rename 0198c0de-… tracking`, about: 'by id' },
      ],
      arguments: [existing, newName],
      load: async () => (await import('../component/rename.ts')).renameComponent,
    },
    {
      path: [type, 'delete'],
      summary: 'Delete a component that is in no stack',
      examples: [
        { line: `sotto ${type} delete ${name}`, about: 'asks first' },
        { line: `sotto ${type} delete ${name} --yes`, about: 'does not ask' },
      ],
      arguments: [existing],
      load: async () => (await import('../component/delete.ts')).deleteComponent,
    },
  ]
}

function registerExamples(type: ComponentType, flavor: string): CommandSpec['examples'] {
  const line = `sotto ${type} register my_${flavor} --flavor=${flavor}`
  if (type === 'experiment-tracker') {
    return [
      {
        line: 'sotto experiment-tracker register mlflow --flavor=mlflow --tracking_uri=https://mlflow.example.com --tracking_username={{mlflow_secret.username}} --tracking_password={{mlflow_secret.password}}',
        about: 'credentials stay in the secret',
      },
      {
        line: `sotto experiment-tracker register mlflow --flavor=mlflow '--tracking_uri=https://{{ mlflow_secret.host }}/mlflow'`,
        about: 'a reference inside a text, with blanks and therefore quoted',
      },
    ]
  }
  return [
    { line, about: 'the attributes are those of the flavor' },
    { line: `${line} --password={{vault.password}}`, about: 'an attribute that refers to a secret' },
  ]
}
