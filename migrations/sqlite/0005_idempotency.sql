-- Keys under which clients repeat requests, and what their requests have stored.

CREATE TABLE idempotency_keys (
  tenant          TEXT    NOT NULL,
  id              TEXT    NOT NULL, -- SHA-256 of the owner and the key
  request         TEXT    NOT NULL, -- SHA-256 of the request
  conversation_id TEXT, -- of what the request has stored; null until then
  item_ids        TEXT, -- JSON list of the ids of the items that it has appended
  response_id     TEXT, -- the response that it has made
  token           TEXT, -- made for the attempt that runs; null when one has stored its outcome
  awaited_at      INTEGER, -- the last time that another request waited for the attempt, by the clock of the database
  expires_at      INTEGER NOT NULL, -- by the clock of the database; the row then counts as absent
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
