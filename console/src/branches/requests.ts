/** What the API says and does about branches. All reject with an `ApiFailure`. */

import { call } from '../api/client.ts';
import type { Conversation, ItemPage, Page } from '../api/objects.ts';
import { randomKey } from '../ask/asking.ts';
import type { Turn } from '../responses/turn.ts';

const DETAILS = 'include[]=item_count&include[]=last_item_at&include[]=permissions';
/** Forks of the first page, and of each further one. */
const FIRST_FORKS = 20;
const MORE_FORKS = 100;
const PAGE = 100;
/** The server has larger items in their place as stubs: only ids and types are wanted. */
const SMALL = '1024';

export function pathOf(conversation: string): string {
  return `conversations/${encodeURIComponent(conversation)}`;
}

export function conversationOf(id: string): Promise<Conversation> {
  return call<Conversation>(`${pathOf(id)}?${DETAILS}`);
}

/** Lists the forks of a conversation, the newest first. */
export function forksOf(id: string, after: string | undefined): Promise<Page<Conversation>> {
  const page =
    after === undefined
      ? `limit=${FIRST_FORKS}`
      : `limit=${MORE_FORKS}&after=${encodeURIComponent(after)}`;
  const query = `forked_from=${encodeURIComponent(id)}&${DETAILS}&${page}`;
  return call<Page<Conversation>>(`conversations?${query}`);
}

/** Who has answered last, and when. */
export interface LastAnswer {
  readonly model: string;
  /** Unix seconds; `undefined` while it is made. */
  readonly at: number | undefined;
}

/** Fields that are not needed to know who has answered, and may be large. */
const UNREAD = ['output', 'instructions', 'tools'];

/** Responses among which the last answer is looked for: those that have failed or were stopped have none. */
const LOOKED_AT = 10;

/** Finds the last response of a conversation that has stored an answer. */
export async function lastAnswerOf(id: string): Promise<LastAnswer | undefined> {
  const query = new URLSearchParams({ conversation: id, limit: String(LOOKED_AT) });
  for (const field of UNREAD) query.append('exclude[]', field);
  const { data } = await call<Page<Turn>>(`responses?${query}`);
  const last = data.find(({ status }) => status === 'completed' || status === 'incomplete');
  return last && { model: last.model, at: last.completed_at ?? last.created_at };
}

/**
 * Finds the turn that has made an item, or has answered it; `undefined` where there is none. One that has stored
 * something comes before one that has failed there.
 */
export async function turnAt(id: string, position: number): Promise<Turn | undefined> {
  const parameters = new URLSearchParams({
    conversation: id,
    position: String(position),
    order: 'asc',
    limit: '3',
    'exclude[]': 'output',
  });
  const { data } = await call<Page<Turn>>(`responses?${parameters}`);
  return data.find(({ status }) => status === 'completed') ?? data[0];
}

/** Where a fork ends its copy: with an item, or before it. */
export type Until = { readonly after: string } | { readonly before: string };

/** Makes a fork. The same key makes it once. */
export function fork(id: string, until: Until, key = randomKey()): Promise<Conversation> {
  const headers = { 'idempotency-key': key };
  return call<Conversation>(`${pathOf(id)}/fork`, { method: 'POST', body: until, headers });
}

/** Removes the items after one, if they are those that were seen. Refused at once while a turn runs. */
export async function rewind(
  id: string,
  after: string,
  expected: readonly string[],
): Promise<void> {
  const body = { after, expected_item_ids: expected };
  const headers = { 'x-colloquy-when-busy': 'reject' };
  await call(`${pathOf(id)}/rewind`, { method: 'POST', body, headers });
}

/** An item as a list of what will go has it. */
export type Following = ItemPage['data'][number];

/** Reads the items after one, page by page, up to `most`. */
export async function itemsAfter(
  id: string,
  item: string,
  most: number,
): Promise<readonly Following[]> {
  const items: Following[] = [];
  for (let after = item; items.length < most;) {
    const page = await itemPage(id, { order: 'asc', limit: String(PAGE), after });
    items.push(...page.data);
    if (!page.has_more) break;
    after = page.last_id ?? '';
  }
  return items;
}

function itemPage(id: string, query: Readonly<Record<string, string>>): Promise<ItemPage> {
  const parameters = new URLSearchParams({
    max_item_bytes: SMALL,
    'include[]': 'placement',
    ...query,
  });
  return call<ItemPage>(`${pathOf(id)}/items?${parameters}`);
}

const positions = new Map<string, Promise<number | undefined>>();

/** Finds the position of an item, from the one before it; `undefined` for an item that is not there any more. */
export function positionOf(conversation: string, item: string): Promise<number | undefined> {
  const key = `${conversation} ${item}`;
  const known = positions.get(key) ?? found(conversation, item).catch(() => undefined);
  positions.set(key, known);
  return known;
}

async function found(conversation: string, item: string): Promise<number | undefined> {
  const before = await itemPage(conversation, { order: 'desc', limit: '1', after: item });
  const [previous] = before.data;
  const from = { order: 'asc', limit: '1', ...(previous !== undefined && { after: previous.id }) };
  return (await itemPage(conversation, from)).placements?.find(({ id }) => id === item)?.position;
}
