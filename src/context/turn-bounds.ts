/** The turns of a context: a message of the user, and what follows it up to the next one. */

import type { ContextItem } from '../model/port.ts';

export interface TurnBounds {
  /** Number of system and developer messages at the beginning. */
  readonly leading: number;
  /** Indexes at which turns begin. The first one is `leading`, unless no other items follow. */
  readonly starts: readonly number[];
}

/**
 * Finds the turns of a context. Calls and outputs follow the user's message, so a turn has both or neither.
 * `isInput` says of an item that the request has brought it: neighbouring messages that end the request are one turn.
 */
export function turnBounds(
  items: readonly ContextItem[],
  isInput: (index: number) => boolean,
): TurnBounds {
  const first = items.findIndex((item) => !isGuidance(item));
  const leading = first === -1 ? items.length : first;
  const newest = newestStart(items, leading, isInput);
  const starts: number[] = [];
  for (const [index, item] of items.entries()) {
    if (index < leading || index > newest) continue;
    if (index === leading || index === newest || isUser(item)) starts.push(index);
  }
  return { leading, starts };
}

function newestStart(
  items: readonly ContextItem[],
  leading: number,
  isInput: (index: number) => boolean,
): number {
  let start = items.findLastIndex(isUser);
  while (start > leading && isInput(start - 1) && isMessage(items[start - 1])) start -= 1;
  return Math.max(start, leading);
}

function isUser(item: ContextItem | undefined): boolean {
  return item?.type === 'message' && item.role === 'user';
}

function isGuidance(item: ContextItem | undefined): boolean {
  return item?.type === 'message' && (item.role === 'system' || item.role === 'developer');
}

/** Checks for a message that is not the model's. */
function isMessage(item: ContextItem | undefined): boolean {
  return isUser(item) || isGuidance(item);
}
