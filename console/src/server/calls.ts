/** A first call of this server in some languages. */

interface Call {
  readonly name: string;
  readonly text: (base: string, hasKey: boolean) => string;
}

export const CALLS: readonly Call[] = [
  {
    name: 'TypeScript',
    text: (base, hasKey) => `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: '${base}',
  apiKey: ${hasKey ? 'process.env.COLLOQUY_KEY' : "'any'"},
});
const conversation = await client.conversations.create({
  metadata: { title: 'A lake', user_id: 'user-17' },
  items: [{ type: 'message', role: 'user', content: 'Name a lake near Kandersteg.' }],
});
const items = await client.conversations.items.list(conversation.id);`,
  },
  {
    name: 'Python',
    text: (base, hasKey) => `import os
from openai import OpenAI

client = OpenAI(base_url="${base}", api_key=${hasKey ? 'os.environ["COLLOQUY_KEY"]' : '"any"'})
conversation = client.conversations.create(
    metadata={"title": "A lake", "user_id": "user-17"},
    items=[{"type": "message", "role": "user", "content": "Name a lake near Kandersteg."}],
)
items = client.conversations.items.list(conversation.id)`,
  },
  {
    name: 'curl',
    text: (base, hasKey) => `curl ${base}/conversations \\
${hasKey ? '  -H "authorization: Bearer $COLLOQUY_KEY" \\\n' : ''}  -H 'content-type: application/json' \\
  -d '{"metadata": {"title": "A lake", "user_id": "user-17"}}'`,
  },
];
