/**
 * YAML as text; loaded by the commands that write some. The import of the package is a static one: a bundler that splits
 * gives a CommonJS package that is imported dynamically only its default export.
 */
import { stringify } from 'yaml'
import type { ToStringOptions } from 'yaml'

/** Line width 0: a long text is not folded into several lines. */
export function yamlText(value: unknown, options: ToStringOptions = {}): string {
  return stringify(value, { lineWidth: 0, ...options })
}
