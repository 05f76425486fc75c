-- Who may see what: API keys, and the indexes behind lists of conversations.

CREATE TABLE api_keys (
  id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  tenant       TEXT COLLATE "C" NOT NULL,
  subject      TEXT   NOT NULL,
  attributes   TEXT   NOT NULL, -- JSON object of lists of strings
  hash         TEXT COLLATE "C" NOT NULL UNIQUE, -- SHA-256 of the key in hex; the key itself is kept nowhere
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT, -- null: never
  revoked_at   BIGINT,
  last_used_at BIGINT
);

-- The list of an owner's conversations, and the list of the whole tenant's, newest or oldest first.
CREATE INDEX conversations_by_owner ON conversations (tenant, owner, created_at, id);
CREATE INDEX conversations_by_time ON conversations (tenant, created_at, id);
