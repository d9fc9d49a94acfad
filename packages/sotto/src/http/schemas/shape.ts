/**
 * Shapes of inputs, in valibot, held to the types of the model: a member that the model has and the shape lacks, or the
 * other way round, is a compile error. They check shape only. What may be in an input is a rule of the model, checked in
 * the service, so that embedded and server refuse alike.
 */
import { isJsonArray } from '@sotto/sdk/model'
import type { Api, Json, JsonObject, OperationName } from '@sotto/sdk/model'
import * as v from 'valibot'

/** Reads what came over the wire as `T`. */
export type Shape<T> = v.GenericSchema<unknown, T>

/** A shape for the input of each operation. */
export type Shapes = { readonly [name in OperationName]: Shape<Parameters<Api[name]>[0]> }

/** A member that may be left out, as its own schema of valibot. */
type OptionalShape<T> = v.ExactOptionalSchema<Shape<T>, undefined>

/** No optional one, which `wrapped` tells. */
type NeededShape<T> = Shape<T> & { readonly wrapped?: never }

type IsOptional<T, K extends keyof T> = Record<never, never> extends Pick<T, K> ? true : false

/** A shape for each member of `T`, marked optional exactly where the member is. */
export type Members<T> = {
  readonly [K in keyof T]-?: IsOptional<T, K> extends true ? OptionalShape<Exclude<T[K], undefined>> : NeededShape<T[K]>
}

/** An object with these members and no others. `T` comes of where it stands: of the members it would be whatever they are. */
export function object<T extends object>(members: Members<NoInfer<T>>): Shape<T> {
  // Without a prototype, `toString` and `__proto__` are unknown members like any other.
  const entries = Object.assign(Object.create(null) as object, members) as v.ObjectEntries // each member is a schema
  return v.strictObject(entries) as unknown as Shape<T> // Members<T> says so, member by member
}

/** A member that may be left out. */
export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return v.exactOptional(shape)
}

export const text: Shape<string> = v.string()
export const flag: Shape<boolean> = v.boolean()
/** Any number: whether it may be negative, or a fraction, is for the service to say. */
export const number: Shape<number> = v.number()

export function oneOf<const T extends string>(words: readonly T[]): Shape<T> {
  return v.picklist(words)
}

/** One of some words where the service says which: it has a code of its own for another one. */
export function word<T extends string>(): Shape<T> {
  return v.string() as unknown as Shape<T> // narrowed by the service
}

export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return v.array(item)
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return v.nullable(shape)
}

/** Text by name, as labels are. */
export const texts: Shape<{ readonly [name: string]: string }> = recordOf(text)

/** Any name leads to a `T`, `__proto__` too; the copy has no prototype. valibot's own record drops such names. */
export function recordOf<T>(shape: Shape<T>): Shape<{ readonly [name: string]: T }> {
  return v.pipe(
    v.custom<Record<string, unknown>>(isRecord, 'an object is expected'),
    v.rawTransform<Record<string, unknown>, Record<string, T>>(({ dataset, addIssue, NEVER }) => {
      const copy = Object.create(null) as Record<string, T> // just the members below
      for (const [name, value] of Object.entries(dataset.value)) {
        const parsed = v.safeParse(shape, value)
        if (parsed.success) copy[name] = parsed.output
        else
          for (const issue of parsed.issues)
            addIssue({ ...ofMember(dataset.value, name, issue), message: issue.message })
      }
      return dataset.value === undefined ? NEVER : copy
    }),
  )
}

/** Where an issue of a member lies. The name is of the caller's making and may be a value that was misplaced: it is not kept. */
function ofMember(
  input: Record<string, unknown>,
  name: string,
  issue: v.BaseIssue<unknown>,
): { path: [v.UnknownPathItem, ...v.IssuePathItem[]]; expected: string } {
  const item: v.UnknownPathItem = { type: 'unknown', origin: 'value', input, key: '*', value: input[name] }
  return { path: [item, ...(issue.path ?? [])], expected: issue.expected ?? 'another type' }
}

/** Data of the caller's own making. */
export const jsonObject: Shape<JsonObject> = v.custom<JsonObject>(isRecord, 'an object is expected')

/** Any JSON: what `JSON.parse` gives. */
export const json: Shape<Json> = v.custom<Json>((value) => value !== undefined)

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isJsonArray(value as Json) // what JSON.parse gives
}
