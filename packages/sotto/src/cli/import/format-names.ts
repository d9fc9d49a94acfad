/** What `sotto secret import --from` knows; apart, because the table of commands needs no more than the names. */
export const importFormats = [
  'env',
  'json',
  'yaml',
  'vault',
  'kubernetes',
  'aws',
  'infisical',
  'doppler',
  '1password',
] as const

export type ImportFormat = (typeof importFormats)[number]
