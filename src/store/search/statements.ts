/**
 * Statements about the index. `$1` is the tenant and `$2` the conversation, unless a comment names them otherwise.
 *
 * In SQLite, `indexed_items` has the words of where an item belongs, and the full-text table `item_words` all words, under
 * the number of the item. In PostgreSQL, `indexed_items` has all words, and an expression index on them.
 */

/** Names the waiting items of a row of `conversations`. No list shows hidden conversations, and neither does a search. */
const IS_WAITING = 'is_hidden <> 1 AND indexed_until < next_position';

/**
 * Selects at most `$3` waiting items of a conversation. One row with a null position: it has none, although positions wait.
 * Those that are in the index already are left out.
 */
export const SELECT_WAITING_ITEMS = `
  SELECT conversations.owner, conversations.indexed_until, conversations.next_position,
    items.position, items.type, items.data, items.created_at
  FROM conversations
  LEFT JOIN items
    ON items.tenant = conversations.tenant AND items.conversation_id = conversations.id
      AND items.position >= conversations.indexed_until
      AND NOT EXISTS (
        SELECT 1 FROM indexed_items
        WHERE indexed_items.tenant = items.tenant
          AND indexed_items.conversation_id = items.conversation_id
          AND indexed_items.position = items.position)
  WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${IS_WAITING}
  ORDER BY items.position
  LIMIT $3`;

/** Moves the end of what is indexed from `$3` to `$4`, if it is still there and the owner is still `$5`. */
export const MOVE_INDEXED = `
  UPDATE conversations SET indexed_until = $4
  WHERE tenant = $1 AND id = $2 AND indexed_until = $3 AND owner = $5
  RETURNING id`;

/** In one trip: adds the documents with positions `$3`, numbers `$4` and words `$5` of items that are still there. */
export const INSERT_DOCUMENTS = `
  INSERT INTO indexed_items (tenant, conversation_id, position, doc, words)
  SELECT conversations.tenant, conversations.id, items.position, added.doc, added.words
  FROM conversations, items,
    unnest($3::text[]::bigint[], $4::text[]::bigint[], $5::text[]) AS added (position, doc, words)
  WHERE conversations.tenant = $1 AND conversations.id = $2
    AND items.tenant = $1 AND items.conversation_id = $2 AND items.position = added.position
  ON CONFLICT (tenant, conversation_id, position) DO NOTHING`;

/** Step by step: selects a document with number `$1`, also one whose words are still to be erased. */
export const SELECT_NUMBER = 'SELECT id FROM item_words_docsize WHERE id = $1';

export const INSERT_DOCUMENT = `
  INSERT INTO indexed_items (tenant, conversation_id, position, doc, words)
  VALUES ($1, $2, $3, $4, $5)`;

/** Adds the words `$2` of document `$1`. */
export const INSERT_WORDS = 'INSERT INTO item_words (rowid, words) VALUES ($1, $2)';

/** Deletes the words `$2` of document `$1`, which must be those that were added. */
export const DELETE_WORDS = `
  INSERT INTO item_words (item_words, rowid, words)
  SELECT 'delete', $1, $2 WHERE EXISTS (SELECT 1 FROM item_words_docsize WHERE id = $1)`;

/** Selects a tenant's waiting conversations of which the last item came in slot `$2` or later, at most `$3`. */
export const SELECT_WAITING_SINCE = `
  SELECT id FROM conversations
  WHERE tenant = $1 AND active_slot >= 0 AND active_slot >= $2 AND ${IS_WAITING}
  ORDER BY active_slot, id
  LIMIT $3`;

/** Selects the `$3` conversations after (`$1`, `$2`), and whether they wait. */
export const SELECT_CONVERSATIONS_AFTER = `
  SELECT tenant, id, CASE WHEN ${IS_WAITING} THEN 1 ELSE 0 END AS is_waiting
  FROM conversations
  WHERE (tenant, id) > ($1, $2)
  ORDER BY tenant, id
  LIMIT $3`;

export const SELECT_IS_WAITING = `
  SELECT id FROM conversations WHERE tenant = $1 AND id = $2 AND ${IS_WAITING}`;

/** The items that are erased from the index, as a condition on the position of a row of `indexed_items`. */
const ERASED_POSITIONS = {
  all: '',
  /** The item with id `$3`. */
  item: `AND position = (
      SELECT position FROM items WHERE tenant = $1 AND conversation_id = $2 AND id = $3)`,
  /** The items from position `$3` on. */
  rest: 'AND position >= CAST($3 AS BIGINT)',
} as const;

export type ErasedPositions = keyof typeof ERASED_POSITIONS;

export function deleteDocuments(positions: ErasedPositions): string {
  return `
  DELETE FROM indexed_items
  WHERE tenant = $1 AND conversation_id = $2 ${ERASED_POSITIONS[positions]}`;
}

/** Step by step: selects the first documents, with the texts of their items; `mostRows` of them. */
export function selectDocuments(positions: ErasedPositions, mostRows: number): string {
  return `
  SELECT doc AS number, words,
    (
      SELECT data FROM items
      WHERE items.tenant = indexed_items.tenant
        AND items.conversation_id = indexed_items.conversation_id
        AND items.position = indexed_items.position
    ) AS data
  FROM indexed_items
  WHERE tenant = $1 AND conversation_id = $2 ${ERASED_POSITIONS[positions]}
  LIMIT ${mostRows}`;
}

/** Step by step: keeps what erasing the words takes, until that is done. */
export function queueDocuments(positions: ErasedPositions): string {
  return `
  INSERT INTO words_to_erase (doc, words, data)
  SELECT indexed_items.doc, indexed_items.words, items.data
  FROM indexed_items
  JOIN items
    ON items.tenant = indexed_items.tenant
      AND items.conversation_id = indexed_items.conversation_id
      AND items.position = indexed_items.position
  WHERE indexed_items.tenant = $1 AND indexed_items.conversation_id = $2
    ${ERASED_POSITIONS[positions].replace('position', 'indexed_items.position')}`;
}

export const SELECT_QUEUED = `
  SELECT doc AS number, words, data FROM words_to_erase ORDER BY doc LIMIT $1`;

export const DELETE_QUEUED = 'DELETE FROM words_to_erase WHERE doc = $1';

/** Notes that words were erased. */
export const NOTE_ERASURE = 'UPDATE word_erasures SET erased = erased + 1';

export const SELECT_ERASURES = 'SELECT erased, rewritten FROM word_erasures';

/** Notes that all segments were rewritten after erasure `$1`. */
export const SET_REWRITTEN = 'UPDATE word_erasures SET rewritten = max(rewritten, $1)';

/** Merges segments, by `$1` pages. */
export const MERGE = `INSERT INTO item_words (item_words, rank) VALUES ('merge', $1)`;

/** Selects how many rows the connection has changed. */
export const COUNT_CHANGES = 'SELECT total_changes() AS count';

/** Empties the index of SQLite, in one transaction. */
export const EMPTY_INDEX: readonly string[] = [
  `INSERT INTO item_words (item_words) VALUES ('delete-all')`,
  'DELETE FROM words_to_erase',
  'DELETE FROM indexed_items',
  'UPDATE word_erasures SET rewritten = erased',
  'UPDATE conversations SET indexed_until = 0 WHERE indexed_until > 0',
];

export const DELETE_DOCUMENTS = deleteDocuments('all');
export const FORGET_INDEXED = `
  UPDATE conversations SET indexed_until = 0
  WHERE tenant = $1 AND id = $2 AND indexed_until > 0`;
