/** The keys of the newest version in the row of the secret, so that a list loads one row for each name. */
export const migration0008 = `
ALTER TABLE secret ADD COLUMN keys TEXT;
`
