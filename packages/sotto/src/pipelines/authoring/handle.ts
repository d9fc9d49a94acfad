/**
 * Handles: what steps and parameters are inside a pipeline's body. A handle is a promise about data, never the data:
 * touching it is a compile error by its type, and an error at plan time by its traps, since types are stripped.
 */
declare const carried: unique symbol

/** Stands for data of type T that exists when the pipeline runs. */
export interface Handle<out T> {
  readonly [carried]: T
}

/** What may be given where data of type T is wanted: the data, a handle of it, or handles inside it at any depth. */
export type Input<T> = T | Handle<T> | (T extends object ? { readonly [K in keyof T]: Input<T[K]> } : never)

/** The data behind a body's result: `Handle<A>` is A, at any depth of objects and arrays. */
export type Resolved<R> =
  R extends Handle<infer T> ? T : R extends object ? { readonly [K in keyof R]: Resolved<R[K]> } : R
