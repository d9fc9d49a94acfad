/**
 * YAML as text; loaded by the commands that write some. The import of the package is a static one: a bundler that splits
 * gives a CommonJS package that is imported dynamically only its default export.
 */
import { stringify } from 'yaml'
import type { ToStringOptions } from 'yaml'

// The package escapes the controls of C0 and leaves those of C1 and the marks that change the direction of writing; and it
// writes "\t\n" as a block that reads back as another text, so what holds a tab is quoted too.
const steering = /[\t\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Line width 0: a long text is not folded into several lines. No text in it can steer a terminal. */
export function yamlText(value: unknown, options: ToStringOptions = {}): string {
  const text = stringify(value, { lineWidth: 0, ...options })
  if (text.search(steering) === -1) return text
  // Only between double quotes YAML knows escapes.
  const quoted: ToStringOptions = { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' }
  return stringify(value, { lineWidth: 0, ...options, ...quoted }).replace(
    steering,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
