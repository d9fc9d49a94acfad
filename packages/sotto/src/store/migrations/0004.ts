/** What principals may do. Without a workspace a grant holds everywhere. */
export const migration0004 = `
CREATE TABLE access_grant (
  id TEXT PRIMARY KEY,
  principal_id TEXT NOT NULL REFERENCES principal (id),
  workspace_id TEXT REFERENCES workspace (id),
  granted TEXT NOT NULL,
  kind TEXT NOT NULL,
  pattern TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES principal (id),
  created_at BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE INDEX access_grant_principal ON access_grant (principal_id, id);
CREATE INDEX access_grant_workspace ON access_grant (workspace_id, id);
`
