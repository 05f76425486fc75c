-- Conversations and their items. The tenant leads every key. Times are Unix milliseconds.

CREATE TABLE conversations (
  tenant        TEXT    NOT NULL,
  id            TEXT    NOT NULL,
  owner         TEXT    NOT NULL, -- the subject that created it
  attributes    TEXT    NOT NULL, -- JSON: the creator's access attributes, stamped once
  metadata      TEXT    NOT NULL, -- JSON object of strings, as it is served
  created_at    INTEGER NOT NULL,
  next_position INTEGER NOT NULL, -- the position that the next item gets
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE items (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  position        INTEGER NOT NULL,
  id              TEXT    NOT NULL,
  type            TEXT    NOT NULL,
  data            TEXT    NOT NULL, -- JSON of the whole item, as it is served
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (tenant, conversation_id, position)
) STRICT;

-- Finds an item by id in one conversation, and a posted id in any conversation of the tenant.
CREATE UNIQUE INDEX items_by_id ON items (tenant, id, conversation_id);
