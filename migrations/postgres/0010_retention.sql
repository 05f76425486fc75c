-- Holds, under which nothing is deleted for good, and what is removed from conversations meanwhile.

CREATE TABLE holds (
  tenant          TEXT COLLATE "C" NOT NULL,
  id              TEXT COLLATE "C" NOT NULL,
  subject         TEXT COLLATE "C", -- the owner of the conversations; null for any
  conversation_id TEXT COLLATE "C", -- null for all of the subject, or of the tenant
  reason          TEXT   NOT NULL,
  created_at      BIGINT NOT NULL,
  released_at     BIGINT, -- null while the hold lasts
  PRIMARY KEY (tenant, id)
);

-- Items, and texts of responses, that were removed from a conversation under a hold. No answer has them.
CREATE TABLE held_items (
  tenant          TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  position        BIGINT NOT NULL, -- of a response: that of its first output
  id              TEXT COLLATE "C" NOT NULL,
  type            TEXT   NOT NULL,
  data            TEXT   NOT NULL,
  created_at      BIGINT NOT NULL,
  removed_at      BIGINT NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id, position, id)
);

-- The lists of the trash, and the conversations that a hold keeps after their deletion.
CREATE INDEX conversations_deleted ON conversations (tenant, created_at, id) WHERE deleted_at IS NOT NULL;

CREATE POLICY tenant_wall ON holds
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');

CREATE POLICY tenant_wall ON held_items
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');
