import { useRef, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { Dialog } from '../look/dialog.tsx';
import type { Conversation } from '../api/objects.ts';
import { principal } from '../api/session.ts';
import { hasModels } from '../ask/models.ts';
import { go } from '../place.ts';
import type { Entry } from '../items/entry.ts';
import { useItemActions } from '../transcript/item-menu.tsx';
import type { ItemWindow } from '../transcript/item-window.ts';
import { AskAgain } from './ask-again.tsx';
import { fork } from './requests.ts';
import { Rewind } from './rewind.tsx';

type Shown =
  | { readonly kind: 'rewind' | 'ask'; readonly entry: Entry }
  | { readonly kind: 'failed'; readonly message: string };

/** Puts forks and rewinds into the menus of items, where the caller may make them, and asks what they need to know. */
export function BranchActions({
  items,
  conversation,
}: {
  readonly items: ItemWindow;
  readonly conversation: Pick<Conversation, 'permissions'> | undefined;
}) {
  const [shown, setShown] = useState<Shown>();
  const mayFork = principal.value?.actions.includes('create') === true;
  const mayRewind = conversation?.permissions?.includes('update') === true;
  const isForking = useRef(false);
  const forkAt = async ({ id }: Entry): Promise<void> => {
    // A double click makes one fork.
    if (isForking.current) return;
    isForking.current = true;
    try {
      const made = await fork(items.conversation, { after: id });
      go({ page: 'conversation', id: made.id, item: undefined });
    } catch (error) {
      setShown({ kind: 'failed', message: asFailure(error).message });
    } finally {
      isForking.current = false;
    }
  };
  useItemActions((entry) =>
    [
      ...(mayFork ? [{ name: 'Fork here', act: () => void forkAt(entry) }] : []),
      ...(mayFork && hasModels()
        ? [{ name: 'Fork here and ask again…', act: () => setShown({ kind: 'ask', entry }) }]
        : []),
      ...(mayRewind
        ? [{ name: 'Rewind to here…', act: () => setShown({ kind: 'rewind', entry }) }]
        : []),
    ].map((action) => ({ ...action, isInDetails: true })),
  );
  if (shown === undefined) return null;
  const close = (): void => setShown(undefined);
  if (shown.kind === 'failed') {
    return (
      <Dialog kind="wide" title="It could not be forked" close={close}>
        <p class="problem">{shown.message}</p>
        <p class="answers">
          <button type="button" autofocus onClick={close}>
            Close
          </button>
        </p>
      </Dialog>
    );
  }
  const View = shown.kind === 'ask' ? AskAgain : Rewind;
  return <View entry={shown.entry} items={items} close={close} />;
}
