/** Rights, roles and grants: who may do what to which objects. There is no deny: what nothing allows is refused. */
import type { PageQuery } from './page.ts'
import type { PrincipalSelector } from './principal.ts'
import type { Scope } from './secret.ts'

/** What a right is about. */
export type ObjectKind = 'secret' | 'component' | 'stack' | 'run' | 'principal' | 'audit' | 'store'
export const objectKinds: readonly ObjectKind[] = ['secret', 'component', 'stack', 'run', 'principal', 'audit', 'store']
/** Kinds that belong to the store and to no workspace: only a grant everywhere is about them. */
export const storeKinds: readonly ObjectKind[] = ['audit', 'store']

/** What may be done; every other right implies `describe`. */
export type Right = 'describe' | 'read' | 'write' | 'delete' | 'manage'
export const rights: readonly Right[] = ['describe', 'read', 'write', 'delete', 'manage']

/** Rights that are granted together. */
export type Role = 'viewer' | 'runner' | 'editor' | 'admin'
export const roles: readonly Role[] = ['viewer', 'runner', 'editor', 'admin']

type RightsByKind = { readonly [kind in ObjectKind]?: readonly Right[] }

/** What each role holds. */
export const rightsOfRole: { readonly [role in Role]: RightsByKind } = {
  /** Sees what there is, and no value. */
  viewer: {
    secret: ['describe'],
    component: ['describe'],
    stack: ['describe'],
    run: ['describe'],
    principal: ['describe'],
  },
  /** Runs pipelines, which reads secrets. */
  runner: {
    secret: ['describe', 'read'],
    component: ['describe'],
    stack: ['describe', 'read'],
    run: ['describe', 'write'],
    principal: ['describe'],
  },
  /** Changes secrets, components and stacks, and names none of them anew. */
  editor: {
    secret: ['describe', 'read', 'write', 'delete'],
    component: ['describe', 'read', 'write', 'delete'],
    stack: ['describe', 'read', 'write', 'delete'],
    run: ['describe', 'read', 'write', 'delete'],
    principal: ['describe'],
  },
  /** Everything, principals and grants too; with a grant everywhere also keys, backups and the audit. */
  admin: {
    secret: rights,
    component: rights,
    stack: rights,
    run: rights,
    principal: rights,
    audit: rights,
    store: rights,
  },
}

/** A right or a role. */
export type Granted = Role | Right

/** What is granted to whom. */
export interface GrantInput {
  /** Name or id of a principal. */
  readonly principal: string
  readonly grant: Granted
  /** Every kind without it. */
  readonly kind?: ObjectKind | undefined
  /** An exact name, or `prefix*`; every name without it. */
  readonly name?: string | undefined
  /** In every workspace, and on what is the store's; without it in the workspace of the call. */
  readonly everywhere?: boolean | undefined
}

/** A grant as it is shown. */
export interface Grant {
  /** Name of the principal. */
  readonly principal: string
  readonly grant: Granted
  /** Absent for every kind. */
  readonly kind?: ObjectKind
  readonly name: string
  readonly everywhere: boolean
  /** RFC 3339 with milliseconds. */
  readonly createdAt: string
  readonly createdBy: string
}

/** Filters of a list of grants. */
export interface GrantQuery extends PageQuery, PrincipalSelector {}

/** An object by its kind and name, whether it is there or not. */
export interface AccessQuestion {
  readonly right: Right
  readonly kind: ObjectKind
  readonly name: string
  /** Of a secret; `workspace` without it. `user` is that of whoever is asked about. */
  readonly scope?: Scope | undefined
}

/** Why somebody may, or that nothing allows it. */
export interface AccessAnswer {
  /** Name of the principal. */
  readonly principal: string
  readonly allowed: boolean
  /** `grant`: those below; `owner`: of the scope; `self`: everybody may know who he is; `local`: has every right. */
  readonly because: readonly ('grant' | 'owner' | 'self' | 'local')[]
  readonly grants: readonly Grant[]
}

/** The grant does not stand alone: is the text one of a role? */
export function isRole(text: string): text is Role {
  return roles.some((role) => role === text)
}

/**
 * Does the pattern, an exact name or a beginning followed by `*`, match the name? Names hold no `*`, so in the place of a
 * name another pattern may stand: it matches where every name that it matches does.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
}
