import { scopeOf } from '../conversations/access-condition.ts';
import type { Driver } from '../engine/driver.ts';
import type { Row } from '../engine/query.ts';
import { cell, text } from '../engine/rows.ts';
import type { KeptOutcome, KeyRef, RewindNames, UsedKey } from './port.ts';
import { selectKey } from './statements.ts';

/** Returns a key that has been used; `null` when it is free. */
export async function findKey(driver: Driver, ref: KeyRef): Promise<UsedKey | null> {
  const query = { sql: selectKey(driver.syntax), parameters: [ref.tenant, ref.id] };
  const [row] = await driver.read({ scope: scopeOf(ref), query });
  return row === undefined ? null : { request: text(row, 'request'), outcome: outcomeOf(row) };
}

function outcomeOf(row: Row): KeptOutcome | undefined {
  if (cell(row, 'token') !== null) return undefined;
  const conversationId = text(row, 'conversation_id');
  if (cell(row, 'response_id') !== null) {
    return { kind: 'response', conversationId, responseId: text(row, 'response_id') };
  }
  if (cell(row, 'item_ids') === null) return { kind: 'conversation', conversationId };
  // Sound: only `underNewKey` writes the column.
  const names = JSON.parse(text(row, 'item_ids')) as readonly string[] | RewindNames;
  return 'deletedIds' in names
    ? { kind: 'rewind', conversationId, ...names }
    : { kind: 'items', conversationId, itemIds: names };
}
