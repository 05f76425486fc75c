/** Effects of successful requests on the model, and the conditions under which a request may succeed. */

import { isDeepStrictEqual } from 'node:util';
import { assertThat, shown } from '../mismatch.ts';
import { isKept, postedOf } from '../meaning.ts';
import type { Posted, StoredConversation, StoredItem } from '../model.ts';
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
  const posted = postedOf(meaning.body);
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
  into.items = [...served];
}

function assertStored(
  { model, caller }: Success,
  item: StoredItem,
  posted: Posted | undefined,
): void {
  const { id, value } = posted ?? { id: undefined, value: undefined };
  const known = model.findItem(caller, id ?? item.id);
  if (id !== undefined) assertThat(item.id === id, () => `posted was ${id}, stored ${item.id}`);
  if (known !== undefined) {
    assertThat(id !== undefined, () => `a new item has the id ${item.id}, which is taken`);
    assertThat(isDeepStrictEqual(item, known), () => `a linked item differs: ${shown(item)}`);
    return;
  }
  assertThat(
    isKept(JSON.parse(item.json), value),
    () => `sent was\n${shown(value)}\nbut stored\n${shown(item.json)}`,
  );
}
