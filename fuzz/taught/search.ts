import { isJsonObject } from '../../src/base/json-object.ts';
import { assertThat } from '../mismatch.ts';
import type { PrivateOperation } from './operation.ts';

const QUERIES = ['lake', 'the', '"which lake"', 'weather -lake', 'wea*', 'x', '天気'];

export const searchConversations: PrivateOperation = {
  access: 'private',
  weight: 3,
  path: [],
  query: {},
  body: {
    fields: ['query', 'limit', 'page', 'sort', 'filters', 'include'],
    make: ({ random, caller, values }) => ({
      query: random.pick(QUERIES),
      limit: random.pick([1, 20, 100]),
      sort: random.pick(['newest', 'relevance']),
      ...(random.chance(0.2)
        ? { filters: { conversation_id: values.conversation(random, caller).id } }
        : {}),
      ...(random.chance(0.2) ? { include: ['item'] } : {}),
    }),
  },
  expect: () => true,
  accept: ({ model, caller, body }) => {
    const data = isJsonObject(body) && Array.isArray(body['data']) ? body['data'] : [];
    for (const result of data) {
      const conversation = model.read(caller, String(result.conversation_id));
      const ids = conversation?.items.map(({ id }) => id);
      assertThat(ids !== undefined, () => 'a search shows what its caller may not read');
      assertThat(
        ids?.includes(result.item_id) ?? false,
        () => 'a search shows an item that is not there',
      );
    }
  },
};
