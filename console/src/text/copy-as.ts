import { API } from '../api/client.ts';
import type { Item, Stub } from '../api/objects.ts';

/** A way to take an item along. */
export interface Copy {
  /** The key that follows `c`. */
  readonly key: string;
  readonly name: string;
  readonly text: (conversation: string, item: Item | Stub) => string;
}

export const COPIES: readonly Copy[] = [
  { key: 'j', name: 'JSON', text: (_conversation, item) => JSON.stringify(item, null, 2) },
  {
    key: 'u',
    name: 'curl',
    text: (conversation, { id }) => {
      const path = `conversations/${encodeURIComponent(conversation)}/items/${encodeURIComponent(id)}`;
      return `curl ${shellQuoted(new URL(path, API).href)} -H "authorization: Bearer $OPENAI_API_KEY"`;
    },
  },
  {
    key: 't',
    name: 'TypeScript',
    text: (conversation, { id }) =>
      `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: ${JSON.stringify(base())} });
const item = await client.conversations.items.retrieve(${JSON.stringify(id)}, {
  conversation_id: ${JSON.stringify(conversation)},
});
`,
  },
  {
    key: 'p',
    name: 'Python',
    text: (conversation, { id }) =>
      `from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(base())})
item = client.conversations.items.retrieve(
    ${JSON.stringify(id)}, conversation_id=${JSON.stringify(conversation)}
)
`,
  },
];

function base(): string {
  return API.href.replace(/\/$/, '');
}

/** Quotes a text for a shell, whatever is in it. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
