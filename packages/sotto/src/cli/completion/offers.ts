/** What the store and the disk offer for a word: names only, from metadata. */
import { readdir } from 'node:fs/promises'
import { componentTypes, isComponentType } from '@sotto/sdk/model'
import type { Call, CommandSpec, Completes } from '../command.ts'
import { topicNames } from '../help/topics.ts'
import { nouns } from '../table/nouns.ts'
import { resolvePath } from '../values/read-file.ts'
import { shells } from './script.ts'

export interface Candidate {
  readonly word: string
  readonly about?: string
}

/** Where the cursor is. */
export interface Place {
  readonly call: Call
  readonly spec: CommandSpec
  readonly positionals: readonly string[]
  readonly argv: readonly string[]
}

export type Wanted =
  | { readonly kind: 'word'; readonly completes: Completes }
  /** The value of `--NAME=`. */
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'attribute-names' }

/** As many as a person can look through. */
const limit = 200

/** `head` is what stands before the word in the same argument. */
export async function offersFor(
  place: Place,
  wanted: Wanted,
  head: string,
  text: string,
): Promise<readonly Candidate[]> {
  if (wanted.kind === 'attribute-names') return attributeNames(place)
  if (text.includes('{{')) return references(place, head, text)
  if (wanted.kind === 'word')
    return (await words(place, wanted.completes, text)).map((candidate) => ({
      ...candidate,
      word: `${head}${candidate.word}`,
    }))
  if (place.spec.path[0] === 'stack' && isComponentType(wanted.name))
    return (await components(place, wanted.name)).map((word) => ({ word: `${head}${word}` }))
  if (text.startsWith('@') && place.spec.attributes?.reserved === 'secret')
    return files(place, `${head}@`, text.slice(1))
  return []
}

async function words(place: Place, completes: Completes, text: string): Promise<readonly Candidate[]> {
  const api = place.call.api
  switch (completes) {
    case 'secret':
      return secrets(place, text)
    case 'key':
      return keys(place, place.positionals[0] ?? '')
    case 'stack':
      return (await (await api()).listStacks({ limit })).items.map(({ name }) => ({ word: name }))
    case 'component': {
      const [type = ''] = place.spec.path
      return isComponentType(type) ? (await components(place, type)).map((word) => ({ word })) : []
    }
    case 'flavor': {
      const type = [place.spec.path[0], place.positionals[0]].find(
        (word) => word !== undefined && isComponentType(word),
      )
      const { flavors } = await (
        await api()
      ).listFlavors({ type: type !== undefined && isComponentType(type) ? type : undefined })
      return flavors.map(({ name, description }) => ({ word: name, about: description }))
    }
    case 'component-type':
      return componentTypes.map((word) => ({ word }))
    case 'file':
    case 'pipeline':
      return text.startsWith('@') ? files(place, '@', text.slice(1)) : files(place, '', text)
    case 'topic':
    case 'command':
      return [...topicNames, ...nouns.filter(({ hidden }) => hidden !== true).map(({ name }) => name)].map((word) => ({
        word,
      }))
    case 'shell':
      return shells.map((word) => ({ word }))
  }
}

async function secrets(place: Place, prefix: string): Promise<readonly Candidate[]> {
  const page = await (await place.call.api()).listSecrets({ namePrefix: prefix === '' ? undefined : prefix, limit })
  return page.items.map(({ name, scope }) => ({ word: name, about: scope }))
}

async function keys(place: Place, secret: string): Promise<readonly Candidate[]> {
  const found = await (await place.call.api()).describeSecret({ secret })
  return found.keys.map(({ name }) => ({ word: name }))
}

async function components(place: Place, type: (typeof componentTypes)[number]): Promise<readonly string[]> {
  return (await (await place.call.api()).listComponents({ type, limit })).items.map(({ name }) => name)
}

/** Inside `{{`: names of secrets, and behind the dot their keys. */
async function references(place: Place, head: string, text: string): Promise<readonly Candidate[]> {
  const at = text.lastIndexOf('{{') + 2
  const before = `${head}${text.slice(0, at)}`
  const inside = text.slice(at)
  const dot = inside.indexOf('.')
  if (dot === -1) return (await secrets(place, inside)).map(({ word }) => ({ word: `${before}${word}.` }))
  const name = inside.slice(0, dot)
  return (await keys(place, name)).map(({ word }) => ({ word: `${before}${name}.${word}}}` }))
}

/** Names that may stand before the `=`: keys of the secret, types for a stack, attributes of the flavor. */
async function attributeNames(place: Place): Promise<readonly Candidate[]> {
  const [noun = '', verb] = place.spec.path
  if (place.spec.attributes === undefined) return []
  if (noun === 'stack' && verb !== 'settings') return componentTypes.map((type) => ({ word: `--${type}=` }))
  if (place.spec.attributes.completes === 'key')
    return (await keys(place, place.positionals[0] ?? '')).map(({ word }) => ({ word: `--${word}=` }))
  if (!isComponentType(noun)) return []
  const api = await place.call.api()
  const given = place.argv
    .map((word, index) =>
      word.startsWith('--flavor=')
        ? word.slice('--flavor='.length)
        : place.argv[index - 1] === '--flavor'
          ? word
          : undefined,
    )
    .find((word) => word !== undefined)
  const flavor = given ?? (await api.describeComponent({ type: noun, component: place.positionals[0] ?? '' })).flavor
  const { attributes } = await api.describeFlavor({ type: noun, flavor })
  return attributes.map(({ name, description }) => ({ word: `--${name}=`, about: description }))
}

async function files({ call }: Place, head: string, text: string): Promise<readonly Candidate[]> {
  const folder = text.slice(0, text.lastIndexOf('/') + 1)
  const entries = await readdir(resolvePath(call.context, folder === '' ? '.' : folder), { withFileTypes: true })
  const hidden = text.slice(folder.length).startsWith('.')
  return entries
    .filter(({ name }) => hidden || !name.startsWith('.'))
    .slice(0, limit)
    .map((entry) => ({ word: `${head}${folder}${entry.name}${entry.isDirectory() ? '/' : ''}` }))
}
