import { useEffect, useState } from 'preact/hooks';
import { fragmentOf } from '../place.ts';
import { hasSignIn, mayDelete, principal } from '../api/session.ts';
import { typescriptClient } from '../api/client-example.ts';

const SKELETON_AFTER_MS = 300;
const ROWS = Array.from({ length: 8 }, (_, index) => index);

/** What a list without any filter says when it has nothing. */
export function NoConversations() {
  return (
    <div class="state">
      <h2>{hasSignIn() ? 'No conversations that you may read' : 'No conversations yet'}</h2>
      {hasSignIn() && mayDelete() && (
        <p>
          There may be others. You may erase some without reading them: <EraseLink />.
        </p>
      )}
      <p>What an application stores appears here. A first one, with the official client:</p>
      <pre>
        <code>{exampleOf()}</code>
      </pre>
    </div>
  );
}

/** Returns what a first conversation takes, with this server's address. */
function exampleOf(): string {
  return `${typescriptClient()}
await client.conversations.create({
  metadata: { title: 'Name a lake', user_id: 'user-17' },
  items: [{ type: 'message', role: 'user', content: 'Name a lake near Kandersteg.' }],
});`;
}

/** Checks whether no rule could let the caller read a conversation. */
export function mayNotRead(): boolean {
  return principal.value?.actions.includes('read') === false;
}

/** For callers whose lists are empty whatever there is. */
export function MayNotRead() {
  if (mayDelete()) {
    return (
      <div class="state">
        <h2>You may erase conversations, and read none</h2>
        <p>
          <EraseLink /> by their owner or by metadata.
        </p>
      </div>
    );
  }
  return (
    <div class="state">
      <h2>You may not read conversations</h2>
      <p>Whoever runs this server can permit it to your sign-in.</p>
    </div>
  );
}

/** A link to the page that erases without reading. */
export function EraseLink() {
  return <a href={fragmentOf({ page: 'erase', query: '' })}>Erase a person’s conversations</a>;
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
