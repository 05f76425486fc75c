/** Items as the index has them. */

import { createHash } from 'node:crypto';
import { wordsOf } from '../../base/words.ts';
import { searchedText } from '../../contract/search/searched-text.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { BREAK, conversationWord, ownerWord, roleWord, tenantWord, typeWord } from './scope.ts';

/** Numbers of one millisecond: of positions, and of conversations times those. */
const POSITIONS = 2 ** 6;
const CONVERSATIONS = 2 ** 5;
const PLACES = POSITIONS * CONVERSATIONS;
/** The last millisecond, in the year 2109, of which the numbers are exact. */
const LAST_TIME = Math.floor(Number.MAX_SAFE_INTEGER / PLACES);

/**
 * Returns the number of the first document that was created at a time. The number of a document orders by time, and after
 * that by bits of the conversation and by position, which make the numbers of one millisecond differ.
 */
export function firstNumberOf(time: number): number {
  return Math.min(Math.max(0, time), LAST_TIME) * PLACES;
}

/** Returns the number to try after one that another document has: of the same millisecond at first, and then of later ones. */
export function numberAfter(number: number, tries: number): number {
  return tries % TRIES_BY_ONE === 0 ? number + PLACES : number + 1;
}

const TRIES_BY_ONE = 16;

/** An item that waits for the index. */
export interface WaitingItem {
  readonly position: number;
  readonly type: string;
  readonly data: string;
  readonly createdAt: number;
}

export interface IndexedDocument {
  readonly position: number;
  readonly number: number;
  /** The words of where it belongs, and its own, with one space between. */
  readonly scope: string;
  readonly words: string;
}

/** Makes the documents of a conversation's items. */
export function documentsOf(
  key: ConversationKey,
  owner: string,
  items: readonly WaitingItem[],
): readonly IndexedDocument[] {
  const { tenant, conversationId } = key;
  const scope = [tenantWord(tenant), ownerWord(tenant, owner), conversationWord(key)].join(' ');
  const bits = createHash('sha256').update(conversationId).digest().readUInt8(0);
  const base = (bits % CONVERSATIONS) * POSITIONS;
  return items.map(({ position, type, data, createdAt }) => {
    const { role, words } = contentOf(data);
    const kind = [typeWord(type), ...(role === undefined ? [] : [roleWord(role)])].join(' ');
    return {
      position,
      number: firstNumberOf(createdAt) + base + (position % POSITIONS),
      scope: `${scope} ${kind}`,
      words,
    };
  });
}

/** Returns all words of a document, with one space between. Some items have none of their own. */
export function allWords(scope: string, words: string): string {
  return words === '' ? scope : `${scope} ${words}`;
}

/** Returns the words of an item's JSON, with one space between. They are the same each time. */
export function contentWords(data: string): string {
  return contentOf(data).words;
}

function contentOf(data: string): { readonly role: string | undefined; readonly words: string } {
  try {
    const { role, texts } = searchedText(data);
    const parts = texts.map((text) =>
      wordsOf(text)
        .map((word) => word.text)
        .join(' '),
    );
    return { role, words: parts.filter((part) => part !== '').join(` ${BREAK} `) };
  } catch (error) {
    // Not JSON, because of damage: the item cannot be found by its words, and others can.
    if (error instanceof SyntaxError) return { role: undefined, words: '' };
    throw error;
  }
}
