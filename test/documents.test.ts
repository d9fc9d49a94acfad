/** README and guide say what happens: every command in them is run, in order, in an empty home, and prints what they show. */
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { matches, readBlocks } from './support/document.ts'
import { requirePart } from './support/parts.ts'
import { emptyHome, root } from './support/sotto.ts'

for (const [document, fewest] of [
  ['README.md', 5],
  ['docs/guide.md', 30],
] as const) {
  test(`${document}: each block runs and prints what is shown`, async (t) => {
    // The guide shows steps in Python.
    if (document === 'docs/guide.md' && !requirePart(t, 'python')) return
    await using home = await emptyHome()
    const markdown = await readFile(path.join(root, document), 'utf8')
    // The set-up of a checkout is the one thing that a checkout cannot try inside itself.
    const blocks = readBlocks(markdown.replaceAll(/<!-- not run -->\n```[\s\S]*?```/g, ''))
    for (const block of blocks) {
      if (block.kind === 'file') {
        const file = path.join(home.work, block.name)
        await mkdir(path.dirname(file), { recursive: true })
        await writeFile(file, block.text)
        continue
      }
      // As on a terminal: both streams in their order.
      const { status, stdout } = await home.shell(`{ ${block.command}\n} 2>&1`)
      const place = `${document}:${String(block.line)}: ${block.command}`
      assert.equal(status, 0, `${place}\nended with ${String(status)} and printed\n${stdout}`)
      assert.ok(matches(block.output, stdout), `${place}\nshows\n${block.output}\nbut prints\n${stdout}`)
    }
    const commands = blocks.filter((block) => block.kind === 'command').length
    assert.ok(commands >= fewest, `${document} has only ${String(commands)} commands: are its blocks still found?`)
  })
}
