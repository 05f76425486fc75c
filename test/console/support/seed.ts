import type OpenAI from 'openai';

type Items = NonNullable<OpenAI.Conversations.ConversationCreateParams['items']>;
type ItemInput = Items[number];

function said(role: 'user' | 'assistant', content: string): ItemInput {
  return { type: 'message', role, content };
}

/** A conversation of a shop about an order, with reasoning, a tool and Markdown. */
const REFUND: Items = [
  { type: 'message', role: 'system', content: 'You help customers of the shop. Be brief.' },
  said('user', 'Where is my parcel?\nThe order is 4711, I was promised Tuesday.'),
  {
    type: 'reasoning',
    id: 'rs_00000000000000000001',
    summary: [
      { type: 'summary_text', text: 'The customer gives an order number. **Look it up** first.' },
    ],
  },
  {
    type: 'function_call',
    call_id: 'call_1',
    name: 'lookup_order',
    arguments: '{"order":4711,"fields":["status","carrier"]}',
  },
  {
    type: 'function_call_output',
    call_id: 'call_1',
    output:
      '{"status":"shipped","carrier":"Post","left":"Vienna","lines":[{"sku":"A1","n":2},{"sku":"B7","n":1}]}',
  },
  said(
    'assistant',
    `Your parcel **left Vienna on Tuesday** and should reach you tomorrow.

1. Carrier: Post, tracking \`AT-88-4711\`
2. Contents: three pieces

| piece | number |
| --- | --- |
| A1 | 2 |
| B7 | 1 |

See [the carrier's page](https://post.example/track?id=4711).`,
  ),
  said('user', 'متى يصل الطرد؟ 小包はいつ届きますか'),
  said('assistant', 'Tomorrow before noon. I have asked the carrier to ring twice.'),
];

/** Stores some conversations as a shop's assistant would have them, the one about the order last. */
export async function seedShop(client: OpenAI): Promise<string> {
  const topics = ['Change of address', 'Invoice for October', 'Returning a lamp', 'Gift wrapping'];
  for (const [index, title] of topics.entries()) {
    await client.conversations.create({
      metadata: {
        title,
        user_id: `user-${index + 3}`,
        topic: index % 2 === 0 ? 'orders' : 'billing',
      },
      items: [said('user', `${title}, please.`), said('assistant', 'Done.')],
    });
  }
  await client.conversations.create({ items: [said('user', 'Hello?')] });
  const { id } = await client.conversations.create({
    metadata: {
      title: 'Refund for order 4711',
      user_id: 'user-17',
      topic: 'refund',
      channel: 'web',
    },
    items: REFUND,
  });
  return id;
}

/** Stores a conversation of many short messages, and returns its id. */
export async function seedLong(client: OpenAI, items: number): Promise<string> {
  const { id } = await client.conversations.create({ metadata: { title: 'A long history' } });
  const atOnce = 1000;
  for (let from = 0; from < items; from += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, items - from) }, (_, index) =>
      said((from + index) % 2 === 0 ? 'user' : 'assistant', `message ${from + index}`),
    );
    await client.conversations.items.create(id, { items: batch });
  }
  return id;
}
