/** What an attempt may read, and tokens that are for one attempt. */
export const migration0007 = `
ALTER TABLE attempt ADD COLUMN declared_mode TEXT;
ALTER TABLE attempt ADD COLUMN held TEXT;
ALTER TABLE token ADD COLUMN attempt_id TEXT;
CREATE INDEX token_attempt ON token (attempt_id) WHERE attempt_id IS NOT NULL;
`
