-- Calls of tools that were approved and begun, each in the conversation that has the request for the approval. A row is
-- written before the call is sent, and stays: no call is made a second time.
CREATE TABLE approved_calls (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  request_id      TEXT    NOT NULL, -- the id of the request for the approval
  token           TEXT    NOT NULL, -- of this beginning
  created_at      INTEGER NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id, request_id)
) STRICT, WITHOUT ROWID;
