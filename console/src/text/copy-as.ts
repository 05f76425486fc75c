import { API } from '../api/client.ts';
import { principal } from '../api/session.ts';
import type { Item, Stub } from '../api/objects.ts';

/** A way to take an item along. */
export interface Copy {
  /** The key that follows `c`. */
  readonly key: string;
  readonly name: string;
  readonly text: (conversation: string, item: Item | Stub) => string;
}

export const COPIES: readonly Copy[] = [
  { key: 'j', name: 'JSON', text: (_conversation, item) => quoted(item, 2) },
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

const client = new OpenAI({ baseURL: ${quoted(base())}${needsKey() ? '' : ", apiKey: 'any'"} });
const item = await client.conversations.items.retrieve(${quoted(id)}, {
  conversation_id: ${quoted(conversation)},
});
`,
  },
  {
    key: 'p',
    name: 'Python',
    text: (conversation, { id }) =>
      `from openai import OpenAI

client = OpenAI(base_url=${quoted(base())}${needsKey() ? '' : ', api_key="any"'})
item = client.conversations.items.retrieve(
    ${quoted(id)}, conversation_id=${quoted(conversation)}
)
`,
  },
];

function base(): string {
  return API.href.replace(/\/$/, '');
}

/** Checks whether the server asks for keys. The clients want one anyway. */
function needsKey(): boolean {
  return (principal.value?.scheme ?? null) !== null;
}

/** Characters that a terminal obeys, or that hide or reorder what stands beside them. None is needed to write code. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Returns a value as JSON, in which such characters are escaped, other than the ends of its own lines. */
function quoted(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(CONTROLS, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => String.raw`\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** Quotes a text for a shell, whatever is in it. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
