/** Effects of successful requests on the model, and the conditions under which a request may succeed. */

import { isDeepStrictEqual } from 'node:util';
import { assertThat, shown } from '../mismatch.ts';
import { isKept, postedOf } from '../meaning.ts';
import { isUnknownType, type Posted } from '../item-rules.ts';
import type { StoredConversation, StoredItem } from '../model.ts';
import { isJsonObject } from '../../src/base/json-object.ts';
import type { Success } from './operation.ts';

/** Returns the conversation of a read. Throws a `Mismatch` when the caller may not read it. */
export function readable({ model, caller, meaning }: Success): StoredConversation {
  const conversation = model.read(caller, meaning.conversation);
  assertThat(conversation !== undefined, () => 'the caller may not read this conversation');
  return conversation;
}

/** Returns the conversation of a write. Throws a `Mismatch` when the caller may not change it. */
export function writable({ model, caller, meaning }: Success): StoredConversation {
  const conversation = model.write(caller, meaning.conversation);
  assertThat(conversation !== undefined, () => 'the caller may not change this conversation');
  return conversation;
}

export function itemIn({ id, items }: StoredConversation, item: string): StoredItem {
  const found = items.find((other) => other.id === item);
  assertThat(found !== undefined, () => `there is no item ${item} in ${id}`);
  return found;
}

/** Reads the items of a conversation after a post: those before it, followed by the posted ones. */
export async function addPosted(success: Success, into: StoredConversation): Promise<void> {
  const { model, reader, caller, meaning } = success;
  const posted = postedOf(meaning.body, model.rules);
  const outcome = model.postOutcome(caller, into, posted);
  assertThat(outcome === 200, () => `accepted, but the answer must be ${outcome}`);
  const served = await reader.items(into);
  const before = into.items.length;
  assertThat(isDeepStrictEqual(served.slice(0, before), into.items), () => 'older items changed');
  const added = served.slice(before);
  assertThat(
    added.length === posted.length,
    () => `${posted.length} items were posted and ${added.length} stored`,
  );
  for (const [index, item] of added.entries()) assertStored(success, item, posted[index]);
  model.append(into, added);
}

function assertStored(
  { model, caller }: Success,
  item: StoredItem,
  posted: Posted | undefined,
): void {
  const { id = item.id, value } = posted ?? {};
  assertThat(item.id === id, () => `posted was ${id}, stored ${item.id}`);
  const known = model.lastStored(caller, id);
  if (value === undefined) {
    const isCopy = isDeepStrictEqual(item, known);
    assertThat(isCopy, () => `a copy differs: ${shown(item)} instead of ${shown(known)}`);
    return;
  }
  assertThat(
    posted?.id !== undefined || known === undefined,
    () => `a new item has the id ${item.id}, which is taken`,
  );
  assertThat(
    isStoredForm(item, value),
    () => `sent was\n${shown(value)}\nbut stored\n${shown(item.json)}`,
  );
}

/** Returns whether an item is what must be stored of a posted value. */
function isStoredForm({ id, json }: StoredItem, value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const { id: _id, ...sent } = value;
  const { type } = sent;
  return isUnknownType(type)
    ? json === JSON.stringify({ id, type, ...sent })
    : isKept(JSON.parse(json), sent);
}
