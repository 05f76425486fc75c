-- Responses, the turns that make them, and conversations that no list shows.

-- 1 for the conversation of a response that was made without one. Adding the column writes no row.
ALTER TABLE conversations ADD COLUMN is_hidden INTEGER NOT NULL DEFAULT 0;

-- Lists have no entries of hidden conversations to pass over.
DROP INDEX conversations_by_owner;
DROP INDEX conversations_by_time;
CREATE INDEX conversations_by_owner ON conversations (tenant, owner, created_at, id) WHERE is_hidden <> 1;
CREATE INDEX conversations_by_time ON conversations (tenant, created_at, id) WHERE is_hidden <> 1;

CREATE TABLE responses (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  id              TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  status          TEXT    NOT NULL,
  first_output    INTEGER NOT NULL, -- the position of its first output item, which its input precedes
  end_position    INTEGER NOT NULL, -- the position after its last item
  data            TEXT    NOT NULL, -- JSON of the response as it is served, without its output
  rest            TEXT, -- JSON list of output items that are not items of the conversation
  PRIMARY KEY (tenant, conversation_id, id)
) STRICT;

-- Finds a response of any conversation. The primary key has the same columns and keeps them unique.
CREATE INDEX responses_by_id ON responses (tenant, id, conversation_id);

-- The turns that run. A turn that has ended, or was replaced after its time, has no row.
CREATE TABLE turns (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  token           TEXT    NOT NULL, -- made for this turn alone
  expires_at      INTEGER NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id)
) STRICT, WITHOUT ROWID;
