/** Reads the text of an attribute by the type its flavor declares. */
import type { AttributeType, Flavor, Json, JsonObject } from '@sotto/sdk/model'
import type { Attribute } from '../parse/parsed-input.ts'

/**
 * Text for a string; JSON for a number, boolean, list or object. What is no JSON stays text: a reference may stand for
 * a value of any type, and the service refuses the rest by its rule.
 */
export function attributeValue(type: AttributeType | undefined, text: string): Json {
  if (type === undefined || type === 'string') return text
  try {
    const value = JSON.parse(text) as Json // what JSON.parse gives is JSON
    return typeof value === 'number' && !Number.isFinite(value) ? text : value
  } catch {
    return text
  }
}

/** All attributes that were given; the parser has refused duplicates. */
export function attributeValues(flavor: Flavor, given: readonly Attribute[]): JsonObject {
  const types = new Map(flavor.attributes.map(({ name, type }) => [name, type]))
  return Object.fromEntries(given.map(({ name, text }) => [name, attributeValue(types.get(name), text)]))
}
