import { useRef, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import type { ConversationList } from '../conversations/conversation-list.ts';
import { titleOf } from '../conversations/title.ts';
import { Dialog } from '../look/dialog.tsx';
import { conversations, count } from '../text/numbers.ts';
import { consequence, deleteConversation, tellDeleted } from './deletion.ts';

/** Titles that are shown of what would be deleted. */
const MOST_NAMED = 3;

/** Deletes the marked conversations one by one, and says how far it is. */
export function DeleteMarked({ list }: { readonly list: ConversationList }) {
  const [isOpen, setOpen] = useState(false);
  const [done, setDone] = useState<number>();
  const [problem, setProblem] = useState('');
  const isStopped = useRef(false);
  const marked = list.pages.entries.value.filter(({ id }) => list.marked.value.has(id));
  const own = marked.filter(({ permissions }) => permissions?.includes('delete') !== false);
  const run = async (): Promise<void> => {
    isStopped.current = false;
    setProblem('');
    const deleted: string[] = [];
    try {
      for (const { id } of own) {
        if (isStopped.current) break;
        setDone(deleted.length);
        // One after the other, so that what was deleted is known at any time.
        await deleteWithout(id);
        deleted.push(id);
      }
      setOpen(false);
    } catch (error) {
      setProblem(asFailure(error).message);
    }
    setDone(undefined);
    list.forget(deleted);
    if (deleted.length > 0) tellDeleted(deleted, () => void list.refresh());
  };
  const close = (): void => {
    isStopped.current = true;
    setOpen(false);
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Delete…
      </button>
      {isOpen && (
        <Dialog title={`Delete ${conversations(own.length)}?`} close={close}>
          <p class="about">
            {own
              .slice(0, MOST_NAMED)
              .map((each) => titleOf(each).text)
              .join(', ')}
            {own.length > MOST_NAMED && ` and ${count(own.length - MOST_NAMED)} more`}
          </p>
          <p>{consequence(own.length > 1)}</p>
          {own.length < marked.length && (
            <p class="note">
              You may not delete {count(marked.length - own.length)} of those marked.
            </p>
          )}
          {done !== undefined && (
            <>
              <progress max={own.length} value={done} aria-label="Deletion" />
              <p role="status" class="figures">
                {count(done)} of {count(own.length)} deleted
              </p>
            </>
          )}
          <p class="problem" role="alert">
            {problem}
          </p>
          <p class="answers">
            {done === undefined && (
              <button
                type="button"
                class="main alarm"
                disabled={own.length === 0}
                onClick={() => void run()}
              >
                Delete
              </button>
            )}
            <button type="button" autofocus onClick={close}>
              {done === undefined ? 'Cancel' : 'Stop'}
            </button>
          </p>
        </Dialog>
      )}
    </>
  );
}

/** Deletes a conversation, also one that somebody else has deleted meanwhile. */
async function deleteWithout(id: string): Promise<void> {
  try {
    await deleteConversation(id);
  } catch (error) {
    if (asFailure(error).status !== 404) throw error;
  }
}
