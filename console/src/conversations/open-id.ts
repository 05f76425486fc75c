import { call } from '../api/client.ts';
import type { SearchPage } from '../api/objects.ts';
import { go } from '../place.ts';

/** Shows the conversation with an id, or the one that has an item with the id; a list when several have. */
export async function openId(id: string): Promise<void> {
  if (id.startsWith('conv_')) {
    go({ page: 'conversation', id, item: undefined });
    return;
  }
  const found = await itemsNamed(id);
  const [only] = found;
  if (only !== undefined && found.length === 1) {
    go({ page: 'conversation', id: only.conversation_id, item: only.item_id });
  } else go({ page: 'search', query: id });
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
