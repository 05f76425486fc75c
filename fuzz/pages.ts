/** Contents of pages, from the documented meaning of the query. */

import { isJsonObject } from '../src/base/json-object.ts';
import type { Model, StoredConversation, StoredItem } from './model.ts';
import type { Principal } from './principals.ts';

type Query = ReadonlyMap<string, readonly string[]>;

export interface ExpectedPage<Entry> {
  readonly entries: readonly Entry[];
  readonly hasMore: boolean;
}

/** Fields that every list has. */
export interface List {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

const DEFAULT_LIMIT = 20;

export function pageOfItems(
  conversation: StoredConversation,
  query: Query,
): ExpectedPage<StoredItem> {
  return pageOf(conversation.items, query);
}

export function pageOfConversations(
  model: Model,
  caller: Principal,
  query: Query,
): ExpectedPage<StoredConversation> {
  const isListed = ({
    id,
    metadata,
    createdAt,
    owner,
    forkedFrom,
  }: StoredConversation): boolean => {
    for (const [name, [value = '', ...more]] of query) {
      if (/^metadata_key(\[\d*\])?$/.test(name)) {
        const keys = [value, ...more].filter((each) => each !== '');
        if (!keys.every((each) => Object.hasOwn(metadata, each))) return false;
      }
      if (/^conversation_id(\[\d*\])?$/.test(name)) {
        if (![value, ...more].includes(id)) return false;
      }
      if (name === 'owner' && owner.name !== value) return false;
      const key = /^metadata\[(.*)\]$/s.exec(name)?.[1];
      if (key !== undefined && !(Object.hasOwn(metadata, key) && metadata[key] === value))
        return false;
      const isFork = forkedFrom?.conversation_id === value;
      if (name === 'forked_from' && !(isFork && model.read(caller, value) !== undefined))
        return false;
      if (name === 'created_after' && createdAt <= Number(value)) return false;
      if (name === 'created_before' && createdAt >= Number(value)) return false;
    }
    return true;
  };
  return pageOf(model.readable(caller), query, isListed);
}

function pageOf<Entry extends { readonly id: string }>(
  oldestFirst: readonly Entry[],
  query: Query,
  isListed: (entry: Entry) => boolean = () => true,
): ExpectedPage<Entry> {
  const first = (name: string): string | undefined => query.get(name)?.[0];
  const limit = Number(first('limit') ?? DEFAULT_LIMIT);
  const ordered = first('order') === 'asc' ? oldestFirst : oldestFirst.toReversed();
  const [after, before] = [first('after'), first('before')];
  if (before === undefined) {
    const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
    const rest = ordered.slice(start).filter(isListed);
    return { entries: rest.slice(0, limit), hasMore: rest.length > limit };
  }
  const rest = ordered
    .slice(
      0,
      ordered.findIndex(({ id }) => id === before),
    )
    .filter(isListed);
  return { entries: rest.slice(-limit), hasMore: rest.length > limit };
}

/** Returns a body as a list. Call it only after the body has passed the schema of the document. */
export function asList(body: unknown): List {
  if (!isJsonObject(body)) throw new Error('the document accepts a list that is not an object');
  // Sound: the answer has passed the schema of a list.
  return body as unknown as List;
}
