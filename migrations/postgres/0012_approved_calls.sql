-- Calls of tools that were approved and begun, each in the conversation that has the request for the approval. A row is
-- written before the call is sent, and stays: no call is made a second time.
CREATE TABLE approved_calls (
  tenant          TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  request_id      TEXT COLLATE "C" NOT NULL, -- the id of the request for the approval
  token           TEXT COLLATE "C" NOT NULL, -- of this beginning
  created_at      BIGINT           NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id, request_id)
);

CREATE POLICY tenant_wall ON approved_calls
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');
