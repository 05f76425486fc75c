-- The index of words. `doc` is the number of an indexed item, which orders by time.

CREATE TABLE indexed_items (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  position        INTEGER NOT NULL,
  doc             INTEGER NOT NULL,
  words           TEXT    NOT NULL, -- where the item belongs; its own words are in item_words alone
  PRIMARY KEY (tenant, conversation_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX indexed_items_by_doc ON indexed_items (doc);

-- Words without their texts. Only in this form, and with secure-delete, are deleted words gone from the file.
CREATE VIRTUAL TABLE item_words USING fts5 (words, content='', tokenize='ascii');
INSERT INTO item_words (item_words, rank) VALUES ('secure-delete', 1);
INSERT INTO item_words (item_words, rank) VALUES ('usermerge', 2);

-- Deleted items whose words are still to be erased, which takes their texts.
CREATE TABLE words_to_erase (
  doc   INTEGER PRIMARY KEY,
  words TEXT NOT NULL,
  data  TEXT NOT NULL
) STRICT;

-- How often words were erased, and how often before all pages were last written anew.
CREATE TABLE word_erasures (
  erased    INTEGER NOT NULL,
  rewritten INTEGER NOT NULL
) STRICT;
INSERT INTO word_erasures (erased, rewritten) VALUES (0, 0);
