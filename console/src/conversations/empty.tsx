import { useEffect, useState } from 'preact/hooks';
import { fragmentOf } from '../place.ts';
import { API } from '../api/client.ts';

const SKELETON_AFTER_MS = 300;
const ROWS = Array.from({ length: 8 }, (_, index) => index);

/** What a first conversation takes, with this server's address. */
export function NoConversations() {
  const example = `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: '${API.href.replace(/\/$/, '')}',
  apiKey: 'any',
});
await client.conversations.create({
  metadata: { title: 'Name a lake', user_id: 'user-17' },
  items: [{ type: 'message', role: 'user', content: 'Name a lake near Kandersteg.' }],
});`;
  return (
    <div class="state">
      <h2>No conversations yet</h2>
      <p>What an application stores appears here. A first one, with the official client:</p>
      <pre>
        <code>{example}</code>
      </pre>
    </div>
  );
}

/** For callers that may delete what they may not read. */
export function EraseOnly() {
  return (
    <div class="state">
      <h2>You may erase conversations, and read none</h2>
      <p>
        <a href={fragmentOf({ page: 'erase', query: '' })}>Erase a person’s conversations</a> by
        their owner or by metadata.
      </p>
    </div>
  );
}

export function NothingFits() {
  return (
    <div class="state">
      <h2>No conversation fits these filters</h2>
      <p>Take one away above. Keys and values of metadata must match exactly, with their case.</p>
    </div>
  );
}

/** Grey lines in place of rows that are late. */
export function Skeleton() {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <div class="skeleton" aria-label="Loading">
      {ROWS.map((row) => (
        <div key={row} />
      ))}
    </div>
  );
}
