/** Texts of others in which somebody lets secrets of the own scope resolve, by the digest that they have. */
export const migration0006 = `
CREATE TABLE acceptance (
  principal_id TEXT NOT NULL REFERENCES principal (id),
  object_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  mac BYTES NOT NULL,
  PRIMARY KEY (principal_id, object_id)
);
`
