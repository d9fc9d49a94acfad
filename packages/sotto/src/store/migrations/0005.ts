/** Trusts in identity tokens of others. A token is used once by its row in `used_identity`, whose key two cannot have. */
export const migration0005 = `
CREATE TABLE trust (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  principal_id TEXT NOT NULL REFERENCES principal (id),
  issuer TEXT NOT NULL,
  audience TEXT NOT NULL,
  claims TEXT NOT NULL,
  pins TEXT,
  key_set TEXT,
  once BIGINT NOT NULL,
  lifetime_seconds BIGINT NOT NULL,
  author TEXT NOT NULL REFERENCES principal (id),
  created_at BIGINT NOT NULL,
  mac BYTES NOT NULL,
  UNIQUE (workspace_id, name)
);
CREATE INDEX trust_issuer ON trust (workspace_id, issuer);
CREATE INDEX trust_principal ON trust (principal_id);

CREATE TABLE used_identity (
  digest TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE INDEX used_identity_expires ON used_identity (expires_at);
`
