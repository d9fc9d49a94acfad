/** Secrets may expire. The HMACs of rows that are there stay as they are: see `table.ts` about columns that come later. */
export const migration0002 = `
ALTER TABLE secret ADD COLUMN expires_at BIGINT;
`
