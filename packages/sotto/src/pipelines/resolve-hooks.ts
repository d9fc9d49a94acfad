/** Lets a pipeline's file import `sotto` where its project has none installed, and be TypeScript without a package.json. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { programFiles } from './program.ts'

let installed = false

/** Adds the hooks to this process, once. A project's own installed `sotto` wins. */
export function installResolveHooks(): void {
  if (installed) return
  installed = true
  const { entries } = programFiles()
  registerHooks({
    resolve(specifier, context, next) {
      const entry = Object.hasOwn(entries, specifier) ? entries[specifier] : undefined
      if (entry === undefined) return asModule(next(specifier, context))
      try {
        return next(specifier, context)
      } catch {
        // Not installed, or installed without this entry: the running program answers.
        return next(pathToFileURL(entry).href, context)
      }
    },
  })
}

/** Without "type" in a package.json Node parses a .ts file twice to guess what it is, and warns. Ours are modules. */
function asModule<R extends { readonly url: string; readonly format?: string | null | undefined }>(resolved: R): R {
  const guess = resolved.format === undefined || resolved.format === null
  return guess && resolved.url.startsWith('file:') && resolved.url.endsWith('.ts')
    ? { ...resolved, format: 'module-typescript' }
    : resolved
}
