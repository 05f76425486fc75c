import { ARCHIVED_TABLES, columnList } from '../tables.ts';

const COLUMNS = columnList(ARCHIVED_TABLES.api_keys);

export const INSERT_KEY = `
  INSERT INTO api_keys (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

export const SELECT_KEY = `SELECT ${COLUMNS} FROM api_keys WHERE hash = $1`;

/** Lists all keys, for commands at a terminal: there are few. */
export const LIST_KEYS = `
  SELECT ${COLUMNS} FROM api_keys WHERE tenant = coalesce($1, tenant) ORDER BY id`;

export const REVOKE_KEY = `
  UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id`;

export const TOUCH_KEY = 'UPDATE api_keys SET last_used_at = $2 WHERE id = $1';
