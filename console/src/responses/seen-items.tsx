import { useContext, useEffect, useState } from 'preact/hooks';
import { asFailure, call } from '../api/client.ts';
import type { ItemPage } from '../api/objects.ts';
import { ItemBody } from '../items/item-body.tsx';
import { DrawingContext } from '../text/kept.ts';
import { lineOf, roleOf } from '../items/lines.ts';
import { fragmentOf } from '../place.ts';
import { count as counted, ordinal } from '../text/numbers.ts';
import { isStub, type Entry } from '../items/entry.ts';

const PAGE = 20;
const MOST_ITEM_BYTES = 65_536;

/** The items that a model was shown, the last ones first loaded, in their order. */
export function SeenItems({
  response,
  count,
}: {
  readonly response: string;
  /** Number of items at most. */
  readonly count: number | undefined;
}) {
  const [entries, setEntries] = useState<readonly Entry[]>();
  const [hasMore, setHasMore] = useState(false);
  const [problem, setProblem] = useState('');
  const load = (before: Entry | undefined): void => {
    const parameters = new URLSearchParams({
      order: 'desc',
      limit: String(PAGE),
      'include[]': 'placement',
      max_item_bytes: String(MOST_ITEM_BYTES),
      ...(before !== undefined && { after: before.id }),
    });
    call<ItemPage>(`responses/${encodeURIComponent(response)}/input_items?${parameters}`).then(
      (page) => {
        const more = page.data.map((item, index) => {
          const { position = 0, created_at: createdAt = 0 } = page.placements?.[index] ?? {};
          return { id: item.id, item, position, createdAt, size: 0 };
        });
        setEntries((known = []) => [...more.toReversed(), ...known]);
        setHasMore(page.has_more);
      },
      (error: unknown) => setProblem(asFailure(error).message),
    );
  };
  useEffect(() => load(undefined), [response]);
  if (problem !== '') return <p class="problem">{problem}</p>;
  if (entries === undefined) return <p class="quiet">Loading…</p>;
  if (entries.length === 0) return <p class="quiet">Nothing but the instructions.</p>;
  return (
    <>
      {hasMore && (
        <button type="button" class="small" onClick={() => load(entries[0])}>
          Earlier items{count !== undefined && `, up to ${counted(count - entries.length)}`}
        </button>
      )}
      <ol class="seen">
        {entries.map((entry) => (
          <Seen key={entry.id} entry={entry} />
        ))}
      </ol>
    </>
  );
}

function Seen({ entry }: { readonly entry: Entry }) {
  const drawing = useContext(DrawingContext);
  const { id, item, position } = entry;
  const conversation = drawing?.conversation;
  const shelf = { conversation, opened: drawing?.opened ?? new Map<string, unknown>() };
  return (
    <li>
      <p class="seen-who">
        <span>{roleOf(item)}</span>{' '}
        {conversation !== undefined && (
          <a href={fragmentOf({ page: 'conversation', id: conversation, item: id })}>
            {ordinal(position)}
          </a>
        )}
      </p>
      <div class="seen-said">
        {isStub(item) ? (
          <p class="quiet">{lineOf(item)}</p>
        ) : (
          <ItemBody item={item} items={shelf} />
        )}
      </div>
    </li>
  );
}
