/**
 * Cursors of lists by activity. Clients send back the `last_id` of a page, and the conversation may have moved since:
 * so that is the place which it had, as a text.
 */

import type { ActivityPlace } from '../../store/conversations/port.ts';

const PREFIX = 'at';
const TOKEN = /^at_(\d{1,10})_(\d{1,16})_(.+)$/s;

/** Returns a place as the cursor of the wire. */
export function activityCursor({ slot, at, id }: ActivityPlace): string {
  return `${PREFIX}_${slot}_${at}_${id}`;
}

/** Returns the place of a cursor; `undefined` for the id of a conversation. */
export function placeOfCursor(cursor: string): ActivityPlace | undefined {
  const [, slot, at, id] = TOKEN.exec(cursor) ?? [];
  if (id === undefined || Number(at) > Number.MAX_SAFE_INTEGER) return undefined;
  return { slot: Number(slot), at: Number(at), id };
}
