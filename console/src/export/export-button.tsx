import { useEffect, useRef, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { trashDays } from '../api/session.ts';
import { Dialog } from '../look/dialog.tsx';
import { bytes, conversations, count, items } from '../text/numbers.ts';
import { inTrash } from '../trash/in-trash.ts';
import { readArchive, type Choice, type Counts, type Progress } from './archive.ts';
import { openFile, safeName } from './file.ts';

type State =
  | { readonly is: 'asking' }
  | { readonly is: 'running'; readonly progress: Progress }
  | { readonly is: 'saved'; readonly lines: number; readonly counts: Counts }
  | { readonly is: 'incomplete'; readonly lines: number; readonly why: string };

/** Saves conversations as a file, whole and while they are read, however many there are. */
export function ExportButton({
  name,
  parts,
  what,
  file,
  trash,
}: {
  readonly name: string;
  /** Choices whose exports together are the file. */
  readonly parts: readonly Choice[];
  /** What is exported, in words. */
  readonly what: string;
  /** Name of the file, without day and ending. */
  readonly file: string;
  /** What of the trash fits as well, and is left out. */
  readonly trash?: Choice;
}) {
  const [isOpen, setOpen] = useState(false);
  const [state, setState] = useState<State>({ is: 'asking' });
  const abort = useRef<AbortController>(undefined);
  const close = (): void => {
    abort.current?.abort();
    setOpen(false);
    setState({ is: 'asking' });
  };
  const answers = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // The button that was pressed is gone.
    if (state.is !== 'asking') answers.current?.querySelector('button')?.focus();
  }, [state.is]);
  const run = async (): Promise<void> => {
    abort.current = new AbortController();
    setState(await save(parts, file, abort.current.signal, setState));
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {name}
      </button>
      {isOpen && (
        <Dialog title="Export" close={close}>
          <p>
            Saves {what}, with all items and responses, as a file of JSON lines, which{' '}
            <code>colloquy import</code> takes. It has all of them, however few are loaded here.
          </p>
          {trash !== undefined && trashDays() > 0 && <LeftInTrash parameters={trash} />}
          <ExportState state={state} />
          <p ref={answers} class="answers">
            {state.is === 'running' ? (
              <button type="button" onClick={() => abort.current?.abort()}>
                Stop
              </button>
            ) : (
              <>
                {state.is !== 'saved' && (
                  <button type="button" class="main" onClick={() => void run()}>
                    {state.is === 'asking' ? 'Save as a file' : 'Try again'}
                  </button>
                )}
                <button type="button" onClick={close}>
                  {state.is === 'saved' ? 'Done' : 'Cancel'}
                </button>
              </>
            )}
          </p>
        </Dialog>
      )}
    </>
  );
}

function LeftInTrash({ parameters }: { readonly parameters: Choice }) {
  const [number, setNumber] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    // The sentence is true without the number.
    inTrash(parameters, abort.signal).then(setNumber, () => undefined);
    return () => abort.abort();
  }, []);
  return (
    <p class="note">
      What is in the trash is not in the file
      {number !== undefined && `: ${number}`}. What you restore first is in it.
    </p>
  );
}

function ExportState({ state }: { readonly state: State }) {
  return (
    <>
      {state.is === 'running' && <progress aria-label="Export" />}
      <p role="status" class={state.is === 'incomplete' ? 'problem' : 'figures'}>
        {state.is === 'running' &&
          `${count(state.progress.lines)} lines, ${bytes(state.progress.bytes)} so far`}
        {state.is === 'saved' &&
          `Saved, and complete: ${count(state.lines)} lines, with ${conversations(state.counts['conversations'] ?? 0)} and ${items(state.counts['items'] ?? 0)}.`}
        {state.is === 'incomplete' &&
          `The export is incomplete: it ended after ${count(state.lines)} lines. ${state.why}`}
      </p>
    </>
  );
}

async function save(
  parts: readonly Choice[],
  file: string,
  signal: AbortSignal,
  tell: (state: State) => void,
): Promise<State> {
  const day = new Date().toISOString().slice(0, 10);
  const stem = `${safeName(file)}-${day}`;
  const sink = await openFile(`${stem}.jsonl`);
  if (sink === undefined) return { is: 'asking' };
  let progress: Progress = { lines: 0, bytes: 0 };
  tell({ is: 'running', progress });
  try {
    const { counts, lines } = await readArchive(parts, {
      signal,
      write: (chunk) => sink.write(chunk),
      tell: (next) => {
        progress = next;
        tell({ is: 'running', progress });
      },
    });
    await sink.keep(`${stem}.jsonl`);
    return { is: 'saved', counts, lines };
  } catch (error) {
    const why = signal.aborted
      ? 'You have stopped it, and no file is kept.'
      : `${asFailure(error).message} What was read until then is in a file that import refuses.`;
    // What was read may be all that there is to have.
    if (signal.aborted || progress.lines === 0) await sink.discard();
    else await sink.keep(`${stem}-incomplete.jsonl`);
    return { is: 'incomplete', lines: progress.lines, why };
  }
}
