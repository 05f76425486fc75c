-- Changes of conversations that their rows and items do not show afterwards, for readers of the change feed.

CREATE TABLE changes (
  tenant          TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  revision        BIGINT NOT NULL, -- of the conversation, after the change
  next_position   BIGINT NOT NULL, -- of the conversation, at the change: items from here on came later
  type            TEXT   NOT NULL,
  item_id         TEXT COLLATE "C", -- of the item that the change is about
  position        BIGINT, -- of the item, or of the first one that a rewind has removed
  owner           TEXT COLLATE "C", -- of a deleted conversation; its readers are found by it
  attributes      TEXT, -- of a deleted conversation
  changed_at      BIGINT NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id, revision)
);

-- Finds what has changed of late, and what is to be deleted after its time.
CREATE INDEX changes_by_time ON changes (changed_at, tenant);

CREATE POLICY tenant_wall ON changes
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');
