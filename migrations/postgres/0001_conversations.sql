-- Conversations and their items. The tenant leads every key. Times are Unix milliseconds.
-- Texts compare byte by byte, as in SQLite, whatever the database's own collation is.

CREATE TABLE conversations (
  tenant        TEXT COLLATE "C" NOT NULL,
  id            TEXT COLLATE "C" NOT NULL,
  owner         TEXT COLLATE "C" NOT NULL, -- the subject that created it
  attributes    TEXT   NOT NULL, -- JSON: the creator's access attributes, stamped once
  metadata      TEXT   NOT NULL, -- JSON object of strings, as it is served
  created_at    BIGINT NOT NULL,
  next_position BIGINT NOT NULL, -- the position that the next item gets
  PRIMARY KEY (tenant, id)
) WITH (fillfactor = 85); -- every append changes next_position, in the room left in the row's page

CREATE TABLE items (
  tenant          TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  position        BIGINT NOT NULL,
  id              TEXT COLLATE "C" NOT NULL,
  type            TEXT   NOT NULL,
  data            TEXT   NOT NULL, -- JSON of the whole item, as it is served
  created_at      BIGINT NOT NULL,
  PRIMARY KEY (tenant, conversation_id, position)
);

-- Finds an item by id in one conversation, and a posted id in any conversation of the tenant.
CREATE UNIQUE INDEX items_by_id ON items (tenant, id, conversation_id);
