/** Parts of a row that the list and the trash have. */

import type { Conversation } from '../api/objects.ts';
import type { View } from '../place.ts';
import { Pair } from './pair.tsx';
import { titleOf } from './title.ts';

const MOST_PAIRS = 4;

/** Pairs of a conversation's metadata but its title, each a link that filters by it. */
export function Pairs({
  conversation,
  page,
  query,
  view = {},
}: {
  readonly conversation: Conversation;
  readonly page: 'conversations' | 'trash';
  readonly query: string;
  readonly view?: View;
}) {
  const { key } = titleOf(conversation);
  const pairs = Object.entries(conversation.metadata).filter(([name]) => name !== key);
  return (
    <>
      {pairs.slice(0, MOST_PAIRS).map(([name, value]) => (
        <Pair key={name} name={name} value={value} page={page} query={query} view={view} />
      ))}
      {pairs.length > MOST_PAIRS && <span class="quiet">+{pairs.length - MOST_PAIRS}</span>}
    </>
  );
}

/** The cell with the owner of a conversation. */
export function Owner({ name }: { readonly name: string | undefined }) {
  return (
    <td class="owner" title={name}>
      {name !== undefined && <span class="unit">of </span>}
      {name}
    </td>
  );
}
