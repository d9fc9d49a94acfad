// The command line as one script of many parts, each of which runs when it is first asked for.
//
// esbuild splits ES modules only, so it splits those, and each part is then turned into a function
// that speaks CommonJS. Bundled as one CommonJS module instead, all the three thousand functions of
// the program would be made at each start, wanted or not.
//
//     "id of this text";(function (require, __filename, __dirname) { parts and what loads them })
//
// The loader (scripts/loader.cjs) compiles the text as a script and calls the function; the id tells
// it whose compiled code it may use.

import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { build, type BuildOptions, type Metafile, transform } from 'esbuild'

export interface CliScript {
  readonly text: string
  readonly metafile: Metafile
}

/** Whitespace and syntax only: names stay, for stack traces and for error classes. */
const minify = { minifyWhitespace: true, minifySyntax: true } as const

/** `options` are those that all bundles share; the entry's exports are what the function returns. */
export async function buildCliScript(entry: string, options: BuildOptions): Promise<CliScript> {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: { main: entry },
    outdir: 'parts',
    write: false,
    metafile: true,
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    // CommonJS has no import.meta; these are what it would say of the file with all parts in it.
    define: {
      'import.meta.url': 'sottoBundleUrl',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
      'import.meta.main': 'true',
    },
  })
  const sources = new Map(outputFiles.map(({ path, text }) => [`./${basename(path)}`, text]))
  const parts = await Promise.all([...sources].map(([name, text]) => partOf(name, text, new Set(sources.keys()))))
  const body = `(function(require,__filename,__dirname){"use strict";
const sottoBundleUrl=require("node:url").pathToFileURL(__filename).href,loaded=new Map,parts={
${parts.join(',\n')}
};
function load(name){
if(!Object.hasOwn(parts,name))return require(name);
let module=loaded.get(name);
if(module===undefined){module={exports:{}};loaded.set(name,module);parts[name](module,module.exports,load)}
return module.exports}
return load("./main.js")})`
  // The loader reads it as Latin-1, which costs half of UTF-8.
  if (/[^\0-\x7F]/.test(body)) throw new Error('the bundle of the command line is not pure ASCII')
  const id = createHash('sha256').update(body).digest('hex').slice(0, 16)
  return { text: `"${id}";${body}\n`, metafile }
}

async function partOf(name: string, source: string, names: ReadonlySet<string>): Promise<string> {
  const { code } = await transform(source, { format: 'cjs', platform: 'node', target: 'node24', ...minify })
  // Only of our own parts: what a user's path names is imported, and may be any kind of module.
  const linked = code.replaceAll(/\bimport\("(\.\/[^"]+)"\)/g, (text, path: string) => {
    return names.has(path) ? `Promise.resolve().then(()=>require("${path}"))` : text
  })
  return `${JSON.stringify(name)}(module,exports,require){${linked.trimEnd()}\n}`
}
