-- Holds, under which nothing is deleted for good, and what is removed from conversations meanwhile.

CREATE TABLE holds (
  tenant          TEXT    NOT NULL,
  id              TEXT    NOT NULL,
  subject         TEXT, -- the owner of the conversations; null for any
  conversation_id TEXT, -- null for all of the subject, or of the tenant
  reason          TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  released_at     INTEGER, -- null while the hold lasts
  PRIMARY KEY (tenant, id)
) STRICT;

-- Items, and texts of responses, that were removed from a conversation under a hold. No answer has them.
CREATE TABLE held_items (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  position        INTEGER NOT NULL, -- of a response: that of its first output
  id              TEXT    NOT NULL,
  type            TEXT    NOT NULL,
  data            TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  removed_at      INTEGER NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id, position, id)
) STRICT;

-- The lists of the trash, and the conversations that a hold keeps after their deletion.
CREATE INDEX conversations_deleted ON conversations (tenant, created_at, id) WHERE deleted_at IS NOT NULL;
