// What of other people's is inside the bundle of the command line, from esbuild's own account
// of it: for the SBOM, and for the notices their licences ask for.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

/** A third-party package of which at least one file is in the bundle. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  readonly license: string
  /** The text of its licence file, as the package carries it. */
  readonly notice: string
}

export function bundledPackages(root: string, metafile: Metafile): BundledPackage[] {
  const folders = new Set<string>()
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder)
    }
  }
  return [...folders].map((folder) => describe(join(root, folder))).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function describe(folder: string): BundledPackage {
  // Written by npm's own rules, which ask for these fields.
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: string
  }
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name))
  if (manifest.license === undefined || file === undefined) {
    throw new Error(`${manifest.name} is in the bundle but has no licence file; leave it out or write its notice`)
  }
  return {
    name: manifest.name,
    version: manifest.version,
    license: manifest.license,
    notice: readFileSync(join(folder, file), 'utf8').trim(),
  }
}

/** The packages inside the bundle as CycloneDX 1.6 JSON. No time and no serial: the same input, the same file. */
export function sbomOf(version: string, packages: readonly BundledPackage[]): string {
  const component = (name: string, packageVersion: string): object => ({
    name,
    version: packageVersion,
    purl: `pkg:npm/${name.replace('@', '%40')}@${packageVersion}`,
  })
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', ...component('sotto', version), 'bom-ref': 'sotto' } },
    components: packages.map((each) => ({
      type: 'library',
      ...component(each.name, each.version),
      licenses: [{ license: { id: each.license } }],
      scope: 'required',
    })),
  }
  return `${JSON.stringify(sbom, undefined, 2)}\n`
}

export function noticesOf(packages: readonly BundledPackage[]): string {
  const parts = packages.map((each) => `${each.name} ${each.version} (${each.license})\n\n${each.notice}\n`)
  return `The command line of Sotto holds code of these packages.\n\n${parts.join(`\n${'-'.repeat(72)}\n\n`)}`
}
