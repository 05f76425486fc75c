-- The index of words. `doc` is the number of an indexed item, which orders by time.

CREATE TABLE indexed_items (
  tenant          TEXT COLLATE "C" NOT NULL,
  conversation_id TEXT COLLATE "C" NOT NULL,
  position        BIGINT NOT NULL,
  doc             BIGINT NOT NULL,
  words           TEXT COLLATE "C" NOT NULL, -- where the item belongs, then its own words, with one space between
  PRIMARY KEY (tenant, conversation_id, position)
);

CREATE INDEX indexed_items_by_doc ON indexed_items (tenant, doc, conversation_id, position);
CREATE INDEX indexed_items_by_word ON indexed_items
  USING gin (array_to_tsvector(string_to_array(words, ' ')));

CREATE POLICY tenant_wall ON indexed_items
  USING (tenant = current_setting('colloquy.tenant', TRUE)
    OR current_setting('colloquy.every_tenant', TRUE) = 'on');
