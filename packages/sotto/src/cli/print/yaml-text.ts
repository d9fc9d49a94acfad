/**
 * YAML as text; loaded by the commands that write some. The import of the package is a static one: a bundler that splits
 * gives a CommonJS package that is imported dynamically only its default export.
 */
import { Document, visit } from 'yaml'
import type { ToStringOptions } from 'yaml'

// The package escapes the controls of C0 and leaves those of C1 and the marks that change the direction of writing.
const steering = /[\t\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
// Lines of blanks alone: the package writes " \n" and "\t\n" as blocks that read back as other texts.
const blankLine = /(?:^|\n)[ \t]+(?:\n|$)/

/** Line width 0: a long text is not folded into several lines. No text in it can steer a terminal. */
export function yamlText(value: unknown, options: ToStringOptions = {}): string {
  const document = new Document(value)
  visit(document, {
    Scalar(_key, node) {
      // Only between double quotes YAML knows escapes.
      if (typeof node.value === 'string' && isOdd(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  return document
    .toString({ lineWidth: 0, ...options })
    .replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function isOdd(text: string): boolean {
  return text.search(steering) !== -1 || blankLine.test(text)
}
