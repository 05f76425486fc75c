/** Cursors of feeds: opaque texts that let any process go on after an event. */

import { apiError } from '../../contract/errors/registry.ts';
import type { Moment, Place } from '../../store/changes/port.ts';

/** How far a reader has one conversation, and when that was, in Unix milliseconds. */
export interface ConversationCursor extends Place {
  readonly conversationId: string;
  readonly at: number;
}

/** The form of the texts. Another one would have another number. */
const CONVERSATION = 1;
const ALL = 2;

const LONGEST = 1_000;

export function conversationCursor({
  conversationId,
  position,
  revision,
  at,
}: ConversationCursor): string {
  return encode([CONVERSATION, conversationId, position, revision, at]);
}

/** Throws `event_cursor_invalid` for a text that is not a cursor of the conversation. */
export function parseConversationCursor(text: string, conversationId: string): ConversationCursor {
  const [kind, id, position, revision, at] = decode(text, 5);
  if (kind !== CONVERSATION || id !== conversationId) throw apiError('event_cursor_invalid');
  return {
    conversationId,
    position: numberOf(position),
    revision: numberOf(revision),
    at: numberOf(at),
  };
}

export function momentCursor({ at, transaction, database }: Moment): string {
  return encode([ALL, at, transaction, database]);
}

/** Throws `event_cursor_invalid` for a text that is not a cursor of all conversations. */
export function parseMomentCursor(text: string): Moment {
  const [kind, at, transaction, database] = decode(text, 4);
  if (kind !== ALL) throw apiError('event_cursor_invalid');
  return {
    at: numberOf(at),
    transaction: transaction === null ? null : numberOf(transaction),
    database: numberOf(database),
  };
}

function encode(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function decode(text: string, length: number): readonly unknown[] {
  if (text.length > LONGEST) throw apiError('event_cursor_invalid');
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(values) && values.length === length) return values;
  } catch {
    // It is none.
  }
  throw apiError('event_cursor_invalid');
}

function numberOf(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw apiError('event_cursor_invalid');
}
