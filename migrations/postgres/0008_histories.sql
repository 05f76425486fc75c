-- What a conversation keeps about its items and its changes, its origin as a fork, and its end. Adding the columns
-- writes no row.

ALTER TABLE conversations ADD COLUMN revision BIGINT NOT NULL DEFAULT 0; -- counts the changes
ALTER TABLE conversations ADD COLUMN item_count BIGINT; -- null: not counted yet
ALTER TABLE conversations ADD COLUMN item_bytes BIGINT; -- of the items' JSON; null: not counted yet
ALTER TABLE conversations ADD COLUMN active_at BIGINT; -- the time of the last stored item; null: none, or not counted yet
ALTER TABLE conversations ADD COLUMN active_slot BIGINT NOT NULL DEFAULT 0; -- active_at, or created_at, / 2^20; 0: not counted yet
ALTER TABLE conversations ADD COLUMN forked_from TEXT COLLATE "C"; -- the id of another conversation, which may be gone
ALTER TABLE conversations ADD COLUMN forked_at TEXT COLLATE "C"; -- the id of the last item that was taken from it; null: none
ALTER TABLE conversations ADD COLUMN expires_at BIGINT; -- null: never
ALTER TABLE conversations ADD COLUMN idle_ms BIGINT; -- null: expires_at holds; else the conversation expires so long after active_at
ALTER TABLE conversations ADD COLUMN deleted_at BIGINT; -- null: not in the trash
ALTER TABLE conversations ADD COLUMN purge_at BIGINT; -- the time at which it leaves the trash for good
ALTER TABLE conversations ADD COLUMN indexed_until BIGINT NOT NULL DEFAULT 0; -- the position before which items can be searched

-- Activity by slots of 17 minutes: most appends change no entry of it. Its condition on the slot is always true, and
-- only statements about activity have it: PostgreSQL without statistics would use the index for other lists, and sort.
CREATE INDEX conversations_by_activity ON conversations (tenant, active_slot, id)
  WHERE is_hidden <> 1 AND active_slot >= 0;
CREATE INDEX conversations_uncounted ON conversations (tenant, id) WHERE active_slot = 0;
CREATE INDEX conversations_by_fork ON conversations (tenant, forked_from, created_at, id) WHERE forked_from IS NOT NULL;
CREATE INDEX conversations_due ON conversations (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX conversations_trash ON conversations (purge_at) WHERE purge_at IS NOT NULL;
