-- Who may see what: API keys, and the indexes behind lists of conversations.

CREATE TABLE api_keys (
  id           TEXT    NOT NULL PRIMARY KEY,
  tenant       TEXT    NOT NULL,
  subject      TEXT    NOT NULL,
  attributes   TEXT    NOT NULL, -- JSON object of lists of strings
  hash         TEXT    NOT NULL UNIQUE, -- SHA-256 of the key in hex; the key itself is kept nowhere
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER, -- null: never
  revoked_at   INTEGER,
  last_used_at INTEGER
) STRICT;

-- The list of an owner's conversations, and the list of the whole tenant's, newest or oldest first.
CREATE INDEX conversations_by_owner ON conversations (tenant, owner, created_at, id);
CREATE INDEX conversations_by_time ON conversations (tenant, created_at, id);
