/** The types of attributes: what fits one, and what a text becomes after its references were substituted. */
import { isJsonArray } from '@sotto/sdk/model'
import type { AttributeType, Json } from '@sotto/sdk/model'

/** `a number`, as it stands in a message. */
export const typeWords: { readonly [type in AttributeType]: string } = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  object: 'an object',
}

/** Does the value have the type, as it is? */
export function fitsType(type: AttributeType, value: Json): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'list':
      return typeof value === 'object' && value !== null && isJsonArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !isJsonArray(value)
  }
}

/**
 * What a text that held references means for an attribute of the type: itself for a string, else what it says as JSON.
 * `undefined` where it says nothing of that type.
 */
export function convertText(type: AttributeType, text: string): Json | undefined {
  if (type === 'string') return text
  // `True` is how Python writes it, and secrets are often filled from there.
  const word = text.trim().toLowerCase()
  if (type === 'boolean') return word === 'true' ? true : word === 'false' ? false : undefined
  try {
    const value = JSON.parse(text) as Json // what JSON.parse gives
    return fitsType(type, value) ? value : undefined
  } catch {
    return undefined
  }
}
