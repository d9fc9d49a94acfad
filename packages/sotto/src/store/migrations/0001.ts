/**
 * The first schema. What guards each column is declared beside the tables (`secrets.ts`, `stacks.ts`, ...), and `mac` is
 * the HMAC of a row over its protected columns.
 */
export const migration0001 = `
CREATE TABLE schema_version (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  version BIGINT NOT NULL
);

CREATE TABLE keyring (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  store_id TEXT NOT NULL,
  generation BIGINT NOT NULL,
  blob BYTES NOT NULL
);

-- One row per data key of the keyring, so that the database forbids the removal of a key in use.
CREATE TABLE data_key (
  id TEXT PRIMARY KEY
);

CREATE TABLE workspace (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  mac BYTES NOT NULL
);

CREATE TABLE principal (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  mac BYTES NOT NULL
);

CREATE TABLE secret (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  scope_owner TEXT NOT NULL,
  owner TEXT NOT NULL REFERENCES principal (id),
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  version_id TEXT NOT NULL,
  description TEXT NOT NULL,
  labels TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT,
  mac BYTES NOT NULL
);
CREATE UNIQUE INDEX secret_name ON secret (workspace_id, scope_owner, name) WHERE deleted_at IS NULL;
CREATE INDEX secret_created ON secret (workspace_id, scope_owner, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX secret_updated ON secret (workspace_id, scope_owner, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX secret_deleted ON secret (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE secret_version (
  id TEXT PRIMARY KEY,
  secret_id TEXT NOT NULL REFERENCES secret (id),
  number BIGINT NOT NULL,
  secrets_store TEXT NOT NULL,
  locator TEXT NOT NULL,
  keys TEXT NOT NULL,
  changes TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES principal (id),
  created_at BIGINT NOT NULL,
  mac BYTES NOT NULL,
  UNIQUE (secret_id, number)
);

CREATE TABLE secret_value (
  version_id TEXT NOT NULL REFERENCES secret_version (id),
  key TEXT NOT NULL,
  data_key_id TEXT NOT NULL REFERENCES data_key (id) ON DELETE RESTRICT,
  blob BYTES NOT NULL,
  PRIMARY KEY (version_id, key)
);
CREATE INDEX secret_value_data_key ON secret_value (data_key_id);

CREATE TABLE flavor (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  attributes TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES principal (id),
  created_at BIGINT NOT NULL,
  mac BYTES NOT NULL,
  UNIQUE (workspace_id, type, name)
);

CREATE TABLE component (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  flavor TEXT NOT NULL,
  attributes TEXT NOT NULL,
  description TEXT NOT NULL,
  labels TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES principal (id),
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  mac BYTES NOT NULL,
  UNIQUE (workspace_id, type, name)
);

-- Members and settings, each with its own author, are inside the row: so its HMAC also notices one that was removed.
CREATE TABLE stack (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  name TEXT NOT NULL,
  components TEXT NOT NULL,
  settings TEXT NOT NULL,
  description TEXT NOT NULL,
  labels TEXT NOT NULL,
  author TEXT NOT NULL REFERENCES principal (id),
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  mac BYTES NOT NULL,
  UNIQUE (workspace_id, name)
);

-- The index of stack.components: it forbids the deletion of a component in use and finds the stacks that use one.
CREATE TABLE stack_component (
  stack_id TEXT NOT NULL REFERENCES stack (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  component_id TEXT NOT NULL REFERENCES component (id) ON DELETE RESTRICT,
  PRIMARY KEY (stack_id, type)
);
CREATE INDEX stack_component_component ON stack_component (component_id);

-- The index of references in components and in settings of stacks; object_id is the component's or the stack's.
CREATE TABLE reference (
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  path TEXT NOT NULL,
  position BIGINT NOT NULL,
  secret_name TEXT NOT NULL,
  key TEXT NOT NULL,
  version BIGINT,
  author TEXT NOT NULL REFERENCES principal (id),
  PRIMARY KEY (object_id, path, position)
);
CREATE INDEX reference_secret ON reference (workspace_id, secret_name, key);

CREATE TABLE preference (
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  principal_id TEXT NOT NULL REFERENCES principal (id),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  mac BYTES NOT NULL,
  PRIMARY KEY (workspace_id, principal_id, name)
);

CREATE TABLE run (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id),
  pipeline TEXT NOT NULL,
  stack TEXT NOT NULL,
  principal_id TEXT NOT NULL REFERENCES principal (id),
  state TEXT NOT NULL,
  error TEXT,
  parameters TEXT NOT NULL,
  plan TEXT NOT NULL,
  level TEXT NOT NULL,
  requirements TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  mac BYTES NOT NULL
);
CREATE INDEX run_started ON run (workspace_id, started_at, id);

CREATE TABLE attempt (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES run (id),
  step TEXT NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL,
  error TEXT,
  exit_code BIGINT,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  mac BYTES NOT NULL,
  UNIQUE (run_id, step, number)
);

CREATE TABLE artifact (
  attempt_id TEXT NOT NULL REFERENCES attempt (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  codec TEXT NOT NULL,
  mac BYTES NOT NULL,
  PRIMARY KEY (attempt_id, name)
);

-- It outlives the secret, so there is no foreign key to it.
CREATE TABLE secret_read (
  id TEXT PRIMARY KEY,
  attempt_id TEXT NOT NULL REFERENCES attempt (id),
  secret_id TEXT NOT NULL,
  secret_name TEXT NOT NULL,
  version BIGINT NOT NULL,
  keys TEXT NOT NULL,
  declared BIGINT NOT NULL,
  read_at BIGINT NOT NULL,
  mac BYTES NOT NULL
);
CREATE INDEX secret_read_attempt ON secret_read (attempt_id, read_at, id);

-- The sequence goes on through all epochs, so that it alone is the key: appending then touches one tree.
CREATE TABLE audit_event (
  sequence BIGINT PRIMARY KEY,
  epoch BIGINT NOT NULL,
  occurred_at BIGINT NOT NULL,
  principal_id TEXT NOT NULL,
  principal TEXT NOT NULL,
  os_user TEXT NOT NULL,
  operation TEXT NOT NULL,
  outcome TEXT NOT NULL,
  object TEXT NOT NULL,
  object_id TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash BYTES NOT NULL
);

CREATE TABLE audit_head (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  epoch BIGINT NOT NULL,
  sequence BIGINT NOT NULL,
  head BYTES NOT NULL,
  signature BYTES NOT NULL
);
`
