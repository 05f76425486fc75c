-- Keys under which clients repeat requests, and what their requests have stored.

CREATE TABLE idempotency_keys (
  tenant          TEXT COLLATE "C" NOT NULL,
  id              TEXT COLLATE "C" NOT NULL, -- SHA-256 of the owner and the key
  request         TEXT   NOT NULL, -- SHA-256 of the request
  conversation_id TEXT COLLATE "C", -- of what the request has stored; null until then
  item_ids        TEXT, -- JSON list of the ids of the items that it has appended
  response_id     TEXT COLLATE "C", -- the response that it has made
  token           TEXT COLLATE "C", -- made for the attempt that runs; null when one has stored its outcome
  awaited_at      BIGINT, -- the last time that another request waited for the attempt, by the clock of the database
  expires_at      BIGINT NOT NULL, -- by the clock of the database; the row then counts as absent
  PRIMARY KEY (tenant, id)
);

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

CREATE POLICY tenant_wall ON idempotency_keys
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');
