-- Responses, the turns that make them, and conversations that no list shows.

-- 1 for the conversation of a response that was made without one. Adding the column writes no row.
ALTER TABLE conversations ADD COLUMN is_hidden SMALLINT NOT NULL DEFAULT 0;

-- Lists have no entries of hidden conversations to pass over. PostgreSQL without statistics takes `<> 1` for true of most
-- rows and `= 0` for true of few, and would then read the index by time for the list of an owner.
DROP INDEX conversations_by_owner;
DROP INDEX conversations_by_time;
CREATE INDEX conversations_by_owner ON conversations (tenant, owner, created_at, id) WHERE is_hidden <> 1;
CREATE INDEX conversations_by_time ON conversations (tenant, created_at, id) WHERE is_hidden <> 1;

CREATE TABLE responses (
  tenant          TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  id              TEXT COLLATE "C" NOT NULL,
  created_at      BIGINT NOT NULL,
  status          TEXT   NOT NULL,
  first_output    BIGINT NOT NULL, -- the position of its first output item, which its input precedes
  end_position    BIGINT NOT NULL, -- the position after its last item
  data            TEXT   NOT NULL, -- JSON of the response as it is served, without its output
  rest            TEXT, -- JSON list of output items that are not items of the conversation
  PRIMARY KEY (tenant, conversation_id, id)
);

-- Finds a response of any conversation. The primary key has the same columns and keeps them unique.
CREATE INDEX responses_by_id ON responses (tenant, id, conversation_id);

-- The turns that run. A turn that has ended, or was replaced after its time, has no row.
CREATE TABLE turns (
  tenant          TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  token           TEXT COLLATE "C" NOT NULL, -- made for this turn alone
  expires_at      BIGINT NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id)
) WITH (fillfactor = 70); -- a turn is renewed in the room left in its page

CREATE POLICY tenant_wall ON responses
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');

CREATE POLICY tenant_wall ON turns
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');
