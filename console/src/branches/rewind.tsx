import { useEffect, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { Dialog } from '../look/dialog.tsx';
import { lineOf, roleOf } from '../items/lines.ts';
import { count, ordinal } from '../text/numbers.ts';
import type { Entry } from '../items/entry.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { itemsAfter, rewind, type Following } from './requests.ts';

/** A server removes at most so many at once, unless it is told otherwise. */
const MOST = 10_000;
const NAMED = 4;

const REASONS: Readonly<Record<string, string>> = {
  history_changed:
    'Items were appended or deleted since they were counted here. Nothing was removed.',
  conversation_locked: 'A turn runs in this conversation. Nothing was removed.',
};

/** Asks before the items after one are removed, and removes only those that it has named. */
export function Rewind({
  entry,
  items,
  close,
}: {
  readonly entry: Entry;
  readonly items: ItemWindow;
  readonly close: () => void;
}) {
  const [following, setFollowing] = useState<readonly Following[]>();
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const countAgain = (): void => {
    setFollowing(undefined);
    itemsAfter(items.conversation, entry.id, MOST + 1).then(setFollowing, (error: unknown) =>
      setProblem(asFailure(error).message),
    );
  };
  useEffect(countAgain, []);
  const number = following?.length ?? 0;
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      const ids = (following ?? []).map(({ id }) => id);
      await rewind(items.conversation, entry.id, ids);
      items.apply({ type: 'conversation.rewound', position: entry.position + 1 });
      close();
    } catch (error) {
      const { code, message } = asFailure(error);
      setProblem(REASONS[code ?? ''] ?? message);
      if (code === 'history_changed') countAgain();
    }
    setBusy(false);
  };
  return (
    <Dialog kind="wide" title={`Rewind to ${ordinal(entry.position)}?`} close={close}>
      {following === undefined && problem === '' && <p class="quiet">Counting what follows…</p>}
      {following !== undefined && <Removed following={following} />}
      <p class="problem" role="alert">
        {problem}
      </p>
      <p class="answers">
        <button
          type="button"
          class="main alarm"
          disabled={isBusy || number === 0 || number > MOST}
          onClick={() => void confirm()}
        >
          {number === 0 ? 'Rewind' : `Remove ${count(number)} ${number === 1 ? 'item' : 'items'}`}
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}

function Removed({ following }: { readonly following: readonly Following[] }) {
  const number = following.length;
  if (number === 0) return <p>Nothing follows it.</p>;
  if (number > MOST) {
    return <p>More than {count(MOST)} items follow it: rewind in several steps, from the end.</p>;
  }
  return (
    <>
      <p class="quiet">
        What follows is removed for good. Fork first to keep it: the fork is a copy of its own.
      </p>
      <ul class="removed">
        {following.slice(0, NAMED).map((item) => (
          <li key={item.id}>
            <span class="quiet">{roleOf(item)}</span> {lineOf(item)}
          </li>
        ))}
        {number > NAMED && <li class="quiet">and {count(number - NAMED)} more</li>}
      </ul>
    </>
  );
}
