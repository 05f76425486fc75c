import { call } from '../api/client.ts';
import type { SearchPage } from '../api/objects.ts';
import { go, type Place } from '../place.ts';

/** What is asked of a response. */
interface Answered {
  readonly conversation?: { readonly id: string } | null;
  readonly output: readonly { readonly id: string }[];
}

/** Shows the conversation with an id, the one of a response, or the one that has an item with the id; a list when several have. */
export async function openId(id: string): Promise<void> {
  if (id.startsWith('conv_')) {
    go({ page: 'conversation', id, item: undefined });
    return;
  }
  const from = id.startsWith('resp_') ? await placeOfResponse(id) : undefined;
  if (from !== undefined) {
    go(from);
    return;
  }
  const found = await itemsNamed(id);
  const [only] = found;
  if (only !== undefined && found.length === 1) {
    go({ page: 'conversation', id: only.conversation_id, item: only.item_id });
  } else go({ page: 'search', query: id });
}

/** Returns where a response is in its conversation, `undefined` for one that has none, or that is not there. */
async function placeOfResponse(id: string): Promise<Place | undefined> {
  try {
    const { conversation, output } = await call<Answered>(`responses/${encodeURIComponent(id)}`);
    return conversation
      ? { page: 'conversation', id: conversation.id, item: output[0]?.id }
      : undefined;
  } catch {
    return undefined;
  }
}

async function itemsNamed(id: string): Promise<SearchPage['data']> {
  try {
    const body = { query: id, limit: 2 };
    const { data } = await call<SearchPage>('conversations/search', { method: 'POST', body });
    return data.filter(({ item_id }) => item_id === id);
  } catch {
    // The page of results asks again, and shows the failure.
    return [];
  }
}
