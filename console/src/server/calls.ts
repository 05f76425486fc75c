/** A first call of this server in some languages. */

import { BASE_URL } from '../api/client.ts';
import { asksForKey, pythonClient, shellQuoted, typescriptClient } from '../api/client-example.ts';

interface Call {
  readonly name: string;
  readonly text: () => string;
}

export const CALLS: readonly Call[] = [
  {
    name: 'TypeScript',
    text: () => `${typescriptClient()}
const conversation = await client.conversations.create({
  metadata: { title: 'A lake', user_id: 'user-17' },
  items: [{ type: 'message', role: 'user', content: 'Name a lake near Kandersteg.' }],
});
const items = await client.conversations.items.list(conversation.id);`,
  },
  {
    name: 'Python',
    text: () => `${pythonClient()}
conversation = client.conversations.create(
    metadata={"title": "A lake", "user_id": "user-17"},
    items=[{"type": "message", "role": "user", "content": "Name a lake near Kandersteg."}],
)
items = client.conversations.items.list(conversation.id)`,
  },
  {
    name: 'curl',
    text: () => `curl ${shellQuoted(`${BASE_URL}/conversations`)} \\
${asksForKey() ? '  -H "authorization: Bearer $COLLOQUY_KEY" \\\n' : ''}  -H 'content-type: application/json' \\
  -d '{"metadata": {"title": "A lake", "user_id": "user-17"}}'`,
  },
];
