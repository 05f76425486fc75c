/** Reading stored responses with their output items. */

import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { LARGEST_PAGE, type Page } from '../../base/paging.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { Observer } from '../../observe/observer.ts';
import type { ItemRecord } from '../../store/conversations/port.ts';
import type { ListResponsesParams, ResponseRecord } from '../../store/responses/port.ts';
import type { Store } from '../../store/store.ts';
import { firstItems } from '../conversations/read-items.ts';

/** A response with the texts of its output items. */
export interface StoredResponse extends ResponseRecord {
  readonly output: readonly ItemRecord[];
}

/** The same for one that may not have ended, of which nothing but `data` is known. */
export interface ServedResponse
  extends
    Pick<StoredResponse, 'data' | 'rest' | 'output'>,
    Partial<Pick<StoredResponse, 'report' | 'firstOutput' | 'endPosition'>> {}

export interface ListRequest extends Pick<ListResponsesParams, 'order' | 'limit' | 'cursor'> {
  /** Whether the output items are read. */
  readonly hasOutput: boolean;
}

interface ReadingOptions {
  readonly store: Pick<Store, 'conversations' | 'responses'>;
  readonly authorizer: Authorizer;
  readonly observer: Pick<Observer, 'transferred'>;
}

/** Returns a page of the responses of a conversation. Throws an `ApiError` when it, or the cursor, is absent. */
export async function listResponses(
  options: ReadingOptions,
  principal: Principal,
  conversationId: string,
  request: ListRequest,
): Promise<Page<StoredResponse>> {
  const { authorizer, store } = options;
  const access = authorizer.filter(principal, 'read');
  const { tenant } = principal;
  const result = await store.responses.list({ ...request, tenant, conversationId, access });
  if (result.absent !== undefined) {
    const { cursor } = request;
    throw result.absent === 'cursor' && cursor !== undefined && 'id' in cursor
      ? apiError('response_cursor_not_found', { id: cursor.id, param: cursor.side })
      : apiError('conversation_not_found', { id: conversationId });
  }
  const { entries: found, hasMore } = result.page;
  const entries: StoredResponse[] = [];
  let size = 0;
  for (const record of found) {
    if (size > LARGEST_PAGE) return { entries, hasMore: true };
    const response = request.hasOutput
      ? await withOutputItems(options, principal, record)
      : { ...record, output: [] };
    size += response.output.reduce((sum, { data }) => sum + data.length, response.data.length);
    entries.push(response);
  }
  return { entries, hasMore };
}

/** Adds its output items to a response. Throws an `ApiError` when it has been deleted meanwhile. */
export async function withOutputItems(
  { authorizer, store, observer }: ReadingOptions,
  principal: Principal,
  response: ResponseRecord,
): Promise<StoredResponse> {
  const { tenant, conversationId, id, firstOutput: from, endPosition: until } = response;
  if (from === until) return { ...response, output: [] };
  const access = authorizer.filter(principal, 'read');
  const conversation = { tenant, conversationId, access };
  const within = { from, until };
  const page = await firstItems(store.conversations, conversation, { within, most: Infinity });
  if (page === null) throw apiError('response_not_found', { id });
  observer.transferred('read', page.entries);
  return { ...response, output: page.entries };
}
