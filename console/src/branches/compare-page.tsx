import { useEffect, useMemo, useState } from 'preact/hooks';
import { asFailure, type ApiFailure } from '../api/client.ts';
import { signIns } from '../api/session.ts';
import type { Conversation } from '../api/objects.ts';
import { AskFailure } from '../ask/ask-failure.tsx';
import { askingOf } from '../ask/asking.ts';
import { showStored } from '../ask/stored.ts';
import { titleOf } from '../conversations/title.ts';
import { Failure } from '../look/failure.tsx';
import { Icon } from '../look/icons.tsx';
import { useTitle } from '../look/title.ts';
import { fragmentOf } from '../place.ts';
import { middleCut, ordinal } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import type { Entry } from '../items/entry.ts';
import { ItemWindow } from '../transcript/item-window.ts';
import { hidesTexts } from '../transcript/view.ts';
import { branchesOf, type Branches } from './common.ts';
import { Cell } from './cell.tsx';
import { matched } from './matching.ts';
import { Place } from './fork-place.tsx';
import { lastAnswerOf, type LastAnswer } from './requests.ts';
import { streamedEntries } from './streamed-entries.ts';

/** Two branches of a tree: what they have in common once, and the rest side by side. */
export function ComparePage({ left, right }: { readonly left: string; readonly right: string }) {
  const caller = signIns.value;
  const [branches, setBranches] = useState<Branches>();
  const [failure, setFailure] = useState<ApiFailure>();
  useTitle('Two branches');
  const load = (): void => {
    setFailure(undefined);
    branchesOf(left, right).then(setBranches, (error: unknown) => setFailure(asFailure(error)));
  };
  useEffect(load, [caller]);
  return (
    <main id="main" class="compare" tabIndex={-1} aria-busy={branches === undefined}>
      <a class="back" href={fragmentOf({ page: 'conversation', id: left, item: undefined })}>
        <Icon name="back" /> Conversation
      </a>
      <h1 id="title" tabIndex={-1}>
        Two branches
      </h1>
      {failure !== undefined && (
        <Failure
          failure={failure}
          absent="One of the two is not here, or not yours to see."
          again={load}
        />
      )}
      {branches !== undefined && <Compared branches={branches} />}
    </main>
  );
}

function Compared({ branches: { left, right, common } }: { readonly branches: Branches }) {
  const [marks, setMarks] = useState(false);
  const lefts = useSide(left.id, common);
  const rights = useSide(right.id, common);
  const shared = lefts.entries.value.slice(0, ownFrom(lefts, common));
  const sides = [left, right].map(({ id }, index) => {
    const items = index === 0 ? lefts : rights;
    return [
      ...items.entries.value.slice(ownFrom(items, common)),
      ...streamedEntries(items, askingOf(id)),
    ];
  });
  const rows = matched(sides[0] ?? [], sides[1] ?? []);
  const isReady = lefts.opening.value > 0 && rights.opening.value > 0;
  return (
    <>
      <div class="compare-bar">
        {common === undefined && (
          <p class="note">These two are not of one tree, as far as you may see.</p>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={marks}
            onChange={(event) => setMarks(event.currentTarget.checked)}
          />
          Mark the words that differ
        </label>
      </div>
      {isReady && shared.length > 0 && <Common entries={shared} items={lefts} />}
      <div class="sides sides-head">
        <SideHead conversation={left} name="A" other={right} otherName="B" />
        <SideHead conversation={right} name="B" other={left} otherName="A" />
      </div>
      {isReady &&
        rows.map((row) => (
          <div class="sides" key={`${row.left?.id ?? ''} ${row.right?.id ?? ''}`}>
            <Cell name="A" entry={row.left} other={row.right} items={lefts} marks={marks} />
            <Cell name="B" entry={row.right} other={row.left} items={rights} marks={marks} />
          </div>
        ))}
      {isReady && rows.length === 0 && <p class="quiet">Nothing follows in either of them.</p>}
      <div class="sides">
        <SideEnd items={lefts} />
        <SideEnd items={rights} />
      </div>
    </>
  );
}

/** Opens a branch where it parts from the other one. */
function useSide(id: string, common: string | null | undefined): ItemWindow {
  const items = useMemo(() => new ItemWindow(id), [id]);
  useEffect(() => {
    void openAt(items, common);
  }, [items, common]);
  const asking = askingOf(id);
  const hasEnded = asking.phase.value === 'ended';
  useEffect(() => {
    if (hasEnded && items.opening.value > 0) void showStored(items, asking);
  }, [hasEnded, items.opening.value]);
  return items;
}

/** Opens a window at an item, or at the beginning where it is there no more. */
async function openAt(items: ItemWindow, item: string | null | undefined): Promise<void> {
  if (typeof item === 'string') await items.open({ item });
  if (ownFrom(items, item) === 0) await items.open('first');
}

/** Returns how many of a window's entries are common. An item that is there no more leaves none. */
function ownFrom({ entries }: ItemWindow, common: string | null | undefined): number {
  return entries.value.findIndex(({ id }) => id === common) + 1;
}

/** What both have, once and folded. */
function Common({
  entries,
  items,
}: {
  readonly entries: readonly Entry[];
  readonly items: ItemWindow;
}) {
  const [isOpen, setOpen] = useState(false);
  const last = entries.at(-1)?.position ?? 0;
  return (
    <section class="common">
      <button type="button" class="plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> The same up to {ordinal(last)}
      </button>
      {isOpen && items.hasOlder && (
        <p>
          <button type="button" onClick={() => void items.older()}>
            Older items
          </button>
        </p>
      )}
      {isOpen &&
        entries.map((entry) => (
          <Cell key={entry.id} name="" entry={entry} other={entry} items={items} marks={false} />
        ))}
    </section>
  );
}

interface SideHeadProps {
  readonly conversation: Conversation;
  readonly name: string;
  readonly other: Conversation;
  readonly otherName: string;
}

function SideHead({ conversation, name, other, otherName }: SideHeadProps) {
  const { id } = conversation;
  const { text, isId } = titleOf(hidesTexts.value ? { id, metadata: {} } : conversation);
  const last = useLastAnswer(id);
  return (
    <div>
      <h2>
        <span class="side-name">{name}</span>{' '}
        <a href={fragmentOf({ page: 'conversation', id, item: undefined })} dir="auto">
          {text}
        </a>{' '}
        {!isId && <code class="quiet">{middleCut(id)}</code>}
      </h2>
      <p class="side-facts quiet">
        <Kinship conversation={conversation} other={other} otherName={otherName} />
        {last !== undefined && (
          <span>
            last answer by {last.model}
            {last.at !== undefined && (
              <>
                , <Time at={last.at} />
              </>
            )}
          </span>
        )}
      </p>
    </div>
  );
}

/** Says which side is a fork, of what, and where it began. */
function Kinship({ conversation, other, otherName }: Omit<SideHeadProps, 'name'>) {
  const { id, forked_from: origin } = conversation;
  if (origin === null) return <span>fork of a conversation that is gone, or not yours to see</span>;
  if (origin === undefined) {
    return other.forked_from?.conversation_id === id ? <span>source of {otherName}</span> : null;
  }
  const { conversation_id: source } = origin;
  return (
    <span>
      fork of{' '}
      {source === other.id ? (
        otherName
      ) : (
        <a href={fragmentOf({ page: 'conversation', id: source, item: undefined })}>
          <code>{middleCut(source)}</code>
        </a>
      )}{' '}
      <Place origin={origin} />
    </span>
  );
}

/** Returns the last answer of a conversation, asked for anew after each turn from here. */
function useLastAnswer(id: string): LastAnswer | undefined {
  const [last, setLast] = useState<LastAnswer>();
  const { phase, settings } = askingOf(id);
  const isRunning = phase.value !== 'idle';
  useEffect(() => {
    const { model } = settings.value;
    // What is made is named at once; a server without responses has none to name.
    if (isRunning) setLast(model === '' ? undefined : { model, at: undefined });
    else void lastAnswerOf(id).then(setLast, () => undefined);
  }, [id, isRunning]);
  return last;
}

/** What a side lacks yet: its next items, or the answer that is made. */
function SideEnd({ items }: { readonly items: ItemWindow }) {
  const asking = askingOf(items.conversation);
  const failure = items.failure.value;
  return (
    <div class="side-end">
      {failure !== undefined && <Failure failure={failure} />}
      {items.hasNewer && items.opening.value > 0 && (
        <button type="button" disabled={items.isLoading.value} onClick={() => void items.newer()}>
          More items
        </button>
      )}
      <AskFailure asking={asking} />
      {asking.isRunning && (
        <p class="quiet" role="status">
          {asking.phase.value === 'sending' ? 'Waiting for the model… ' : 'The model answers… '}
          <button
            type="button"
            disabled={asking.phase.value === 'stopping'}
            onClick={() => void asking.stop(items.entries.value.at(-1)?.id)}
          >
            Stop
          </button>
        </p>
      )}
      {asking.note.value !== '' && <p class="quiet">{asking.note.value}</p>}
    </div>
  );
}
