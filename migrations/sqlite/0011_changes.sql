-- Changes of conversations that their rows and items do not show afterwards, for readers of the change feed.

CREATE TABLE changes (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  revision        INTEGER NOT NULL, -- of the conversation, after the change
  next_position   INTEGER NOT NULL, -- of the conversation, at the change: items from here on came later
  type            TEXT    NOT NULL,
  item_id         TEXT, -- of the item that the change is about
  position        INTEGER, -- of the item, or of the first one that a rewind has removed
  owner           TEXT, -- of a deleted conversation; its readers are found by it
  attributes      TEXT, -- of a deleted conversation
  changed_at      INTEGER NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id, revision)
) STRICT, WITHOUT ROWID;

-- Finds what has changed of late, and what is to be deleted after its time.
CREATE INDEX changes_by_time ON changes (changed_at, tenant);
