import { API } from '../api/client.ts';
import type { Item, Stub } from '../api/objects.ts';
import { asksForKey, pythonClient, shellQuoted, typescriptClient } from '../api/client-example.ts';

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
      const key = asksForKey() ? ' -H "authorization: Bearer $COLLOQUY_KEY"' : '';
      return `curl ${shellQuoted(new URL(path, API).href)}${key}`;
    },
  },
  {
    key: 't',
    name: 'TypeScript',
    text: (conversation, { id }) =>
      `${typescriptClient()}
const item = await client.conversations.items.retrieve(${quoted(id)}, {
  conversation_id: ${quoted(conversation)},
});
`,
  },
  {
    key: 'p',
    name: 'Python',
    text: (conversation, { id }) =>
      `${pythonClient()}
item = client.conversations.items.retrieve(
    ${quoted(id)}, conversation_id=${quoted(conversation)}
)
`,
  },
];

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
