/** Principals other than `local`, and tokens by which they are known. */
export const migration0003 = `
ALTER TABLE principal ADD COLUMN workspace_id TEXT REFERENCES workspace (id);
ALTER TABLE principal ADD COLUMN description TEXT;
ALTER TABLE principal ADD COLUMN labels TEXT;
ALTER TABLE principal ADD COLUMN disabled_at BIGINT;
ALTER TABLE principal ADD COLUMN deleted_at BIGINT;

CREATE TABLE token (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  principal_id TEXT NOT NULL REFERENCES principal (id),
  workspace_id TEXT REFERENCES workspace (id),
  name TEXT NOT NULL,
  lookup TEXT NOT NULL UNIQUE,
  parent_id TEXT REFERENCES token (id),
  created_by TEXT NOT NULL REFERENCES principal (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT,
  mac BYTES NOT NULL
);
CREATE INDEX token_principal ON token (principal_id, id);
CREATE INDEX token_parent ON token (parent_id) WHERE parent_id IS NOT NULL;
`
