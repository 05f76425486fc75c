/** Stores with many conversations, filled by SQL. */

import { DatabaseSync } from 'node:sqlite';
import type { Folder } from './targets.ts';

export function idOf(prefix: string, n: number): string {
  return `${prefix}_${n.toString(16).padStart(48, '0')}`;
}

const sqlId = (prefix: string, n: string): string => `printf('${prefix}_%048x', ${n})`;

/** Returns the JSON of message `n`, as SQL. `text` is the inside of a literal. */
export function itemOfText(role: string, partType: string, text: string): string {
  const further = partType === 'output_text' ? '"annotations":[],"logprobs":[],' : '';
  return `'{"id":"' || ${sqlId('msg', 'n')} || '","type":"message","status":"completed","content":[{"type":"${partType}",${further}"text":"${text}"}],"role":"${role}"}'`;
}

/** Returns a table `numbers` of the numbers from 0 to `end` exclusive, as the beginning of a statement. */
function numbersBelow(end: number): string {
  return `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${end})`;
}

interface Filling {
  readonly conversations: number;
  /** Items of each conversation. */
  readonly each: number;
  /** JSON of item `n`, as SQL. */
  readonly item: string;
}

/** Stores conversations of the benchmark's principal, in a database that has the tables. */
export function fill(folder: Folder, { conversations, each, item }: Filling): void {
  using database = new DatabaseSync(folder.database);
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000');
  database.exec(`
    BEGIN;
    ${numbersBelow(conversations)} INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position, is_hidden)
      SELECT 'default', ${sqlId('conv', 'n')}, 'bench', '{"teams":["a"]}', '{}', 1700000000000 + n, ${each}, 0 FROM numbers;
    ${numbersBelow(conversations * each)} INSERT INTO items
      SELECT 'default', ${sqlId('conv', `n / ${each}`)}, n % ${each}, ${sqlId('msg', 'n')}, 'message', ${item}, 1700000000000 + n FROM numbers;
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
}
