/** Assertions that an answer is what the model has. All throw a `Mismatch`. */

import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '../src/base/json-object.ts';
import type { Answer } from './connection.ts';
import type { Meaning } from './meaning.ts';
import { assertThat, shown } from './mismatch.ts';
import type { StoredConversation, StoredItem } from './model.ts';
import type { List } from './pages.ts';

/** A refusal of a method lists those of the path. */
export function assertAllow({ status, headers }: Answer, { operation, allowed }: Meaning): void {
  if (status !== 405) return;
  assertThat(operation === undefined, () => '405 for a method that the path has');
  assertThat(headers['allow'] === allowed.join(', '), () =>
    difference({ allow: allowed.join(', ') }, { allow: headers['allow'] }),
  );
}

/** `served` is `undefined` in an answer to HEAD. */
export function assertConversation(
  served: unknown,
  expected: StoredConversation | undefined,
): void {
  if (served === undefined) return;
  const conversation = {
    id: expected?.id,
    object: 'conversation',
    created_at: expected?.createdAt,
    metadata: expected?.metadata,
    ...expiryOf(served, expected?.expiresAfter),
    ...(expected?.forkedFrom !== undefined && { forked_from: originIn(served, expected) }),
  };
  const { own, included } = withoutIncluded(served);
  assertThat(isDeepStrictEqual(own, conversation), () => difference(conversation, served));
  const kept: Readonly<Record<string, unknown>> = {
    owner: expected?.owner.name,
    item_count: expected?.items.length,
  };
  for (const [name, value] of Object.entries(included)) {
    const isKept = !(name in kept) || value === kept[name];
    assertThat(isKept, () => `${name} is ${shown(String(value))}, not ${String(kept[name])}`);
  }
}

const INCLUDED = new Set(['owner', 'item_count', 'last_item_at', 'permissions']);

/** Divides a conversation into its own fields and those that the request included. */
function withoutIncluded(served: unknown) {
  const fields = isJsonObject(served) ? Object.entries(served) : [];
  return {
    own: Object.fromEntries(fields.filter(([name]) => !INCLUDED.has(name))),
    included: Object.fromEntries(fields.filter(([name]) => INCLUDED.has(name))),
  };
}

const SECONDS_PER_DAY = 86_400;

/** Returns the fields of a conversation that expires, of which the model has no activity. */
function expiryOf(served: unknown, expiresAfter: unknown): object {
  if (!isJsonObject(expiresAfter) || !isJsonObject(served)) return {};
  const { anchor, days } = expiresAfter;
  const from = Number(served[anchor === 'created_at' ? 'created_at' : 'last_active_at']);
  return {
    expires_after: { anchor, days },
    expires_at: from + Number(days) * SECONDS_PER_DAY,
    last_active_at: served['last_active_at'],
  };
}

/** Returns the source of a fork as it must be served: null to those who may not read it, or when it is gone. */
function originIn(served: unknown, { forkedFrom }: StoredConversation): unknown {
  return isJsonObject(served) && served['forked_from'] === null ? null : forkedFrom;
}

/** Types of items with parts that `include` may hide. Of these, only id and type are compared. */
const HIDING = /^(file_search_call|web_search_call|code_interpreter_call|reasoning)$/;
const LOGPROBS = '"logprobs":[{';

export function assertItem(served: unknown, expected: StoredItem | undefined): void {
  assertThat(expected !== undefined, () => 'the list has one item too many');
  const { id, type } = isJsonObject(served) ? served : {};
  const isHiding = HIDING.test(expected.type) || expected.json.includes(LOGPROBS);
  const isSame = isHiding
    ? id === expected.id && type === expected.type
    : JSON.stringify(served) === expected.json;
  assertThat(isSame, () => difference(expected.json, served));
}

export function assertPage(
  { data, has_more: hasMore, first_id: first, last_id: last }: List,
  expected: readonly { readonly id: string }[],
  expectedMore: boolean,
): void {
  const served = { ids: data.map(({ id }) => id), hasMore, first, last };
  const ids = expected.map(({ id }) => id);
  const page = { ids, hasMore: expectedMore, first: ids[0] ?? null, last: ids.at(-1) ?? null };
  assertThat(isDeepStrictEqual(served, page), () => `the page is not\n${difference(page, served)}`);
}

export function difference(expected: unknown, served: unknown): string {
  return `expected is\n${shown(expected)}\nand served\n${shown(served)}`;
}
