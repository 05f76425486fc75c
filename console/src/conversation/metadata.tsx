import { useState } from 'preact/hooks';
import { asFailure, call, callTagged } from '../api/client.ts';
import type { Conversation } from '../api/objects.ts';
import { seenKeys } from '../conversations/seen.ts';
import { Dialog, SaveOrCancel } from '../look/dialog.tsx';
import { Icon } from '../look/icons.tsx';
import { usePairFocus } from '../look/pair-focus.ts';
import { middleCut } from '../text/numbers.ts';

const MOST_PAIRS = 16;
const LONGEST_KEY = 64;
const LONGEST_VALUE = 512;
const CHANGED_MEANWHILE = 412;

type Pairs = readonly (readonly [key: string, value: string])[];

/** Changes the metadata of a conversation. What somebody else has changed meanwhile is not overwritten. */
export function MetadataButton({
  conversation,
  change,
}: {
  readonly conversation: Pick<Conversation, 'id'>;
  readonly change: (updated: Conversation) => void;
}) {
  const path = `conversations/${encodeURIComponent(conversation.id)}`;
  const [isOpen, setOpen] = useState(false);
  const [pairs, setPairs] = useState<Pairs>([]);
  const [tag, setTag] = useState<string>();
  const [problem, setProblem] = useState('');
  /** Resolves with whether it was read. Why not is said in the dialog. */
  const read = async (): Promise<boolean> => {
    try {
      const { answer, tag: current } = await callTagged(path);
      setTag(current);
      // Sound: the path is that of a conversation.
      setPairs(Object.entries((answer as Conversation).metadata));
      return true;
    } catch (error) {
      setProblem(asFailure(error).message);
      return false;
    }
  };
  const open = async (): Promise<void> => {
    setProblem('');
    setPairs([]);
    // Metadata that were not read cannot be saved: the save would replace all of them.
    setTag(undefined);
    setOpen(true);
    await read();
  };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const nameless = pairs.find(([key, value]) => key.trim() === '' && value !== '');
    if (nameless !== undefined) {
      setProblem(`The value “${middleCut(nameless[1])}” has no key.`);
      return;
    }
    const filled = pairs.filter(([key]) => key.trim() !== '');
    const twice = filled.find(([key], index) => filled.findIndex(([k]) => k === key) < index);
    if (twice !== undefined) {
      setProblem(`The key “${twice[0]}” is there twice.`);
      return;
    }
    try {
      const body = { metadata: Object.fromEntries(filled) };
      change(await call<Conversation>(path, { method: 'POST', body, headers: tagged(tag) }));
      setOpen(false);
    } catch (error) {
      const { status, message } = asFailure(error);
      if (status !== CHANGED_MEANWHILE) return setProblem(message);
      const isRead = await read();
      if (isRead)
        setProblem('Somebody has changed the conversation meanwhile. This is how it is now.');
    }
  };
  return (
    <>
      <button type="button" onClick={() => void open()}>
        Metadata…
      </button>
      {isOpen && (
        <Dialog title="Metadata" close={() => setOpen(false)}>
          <p class="quiet">
            Keys with texts, at most {MOST_PAIRS}. Access rules and filters may go by them.
          </p>
          <form class="fields" onSubmit={(event) => void save(event)}>
            <PairFields pairs={pairs} change={setPairs} />
            <SaveOrCancel
              problem={problem}
              mayNotSave={tag === undefined}
              cancel={() => setOpen(false)}
            />
          </form>
        </Dialog>
      )}
    </>
  );
}

function tagged(tag: string | undefined): Readonly<Record<string, string>> {
  return tag === undefined ? {} : { 'if-match': tag };
}

function PairFields({
  pairs,
  change,
}: {
  readonly pairs: Pairs;
  readonly change: (pairs: Pairs) => void;
}) {
  const group = usePairFocus(pairs.length);
  return (
    <fieldset ref={group}>
      <legend class="hidden">Pairs</legend>
      {pairs.map(([key, value], index) => (
        <div key={index} class="pair-fields">
          <input
            data-key
            aria-label={`Key ${index + 1}`}
            list="metadata-keys"
            maxLength={LONGEST_KEY}
            value={key}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => change(pairs.with(index, [event.currentTarget.value, value]))}
          />
          <input
            aria-label={`Value ${index + 1}`}
            maxLength={LONGEST_VALUE}
            value={value}
            autocomplete="off"
            onInput={(event) => change(pairs.with(index, [key, event.currentTarget.value]))}
          />
          <button
            type="button"
            class="plain"
            aria-label={`Remove ${key}`}
            onClick={() => change(pairs.toSpliced(index, 1))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      <datalist id="metadata-keys">
        {seenKeys().map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      {pairs.length < MOST_PAIRS && (
        <button type="button" class="plain" onClick={() => change([...pairs, ['', '']])}>
          + Another pair
        </button>
      )}
    </fieldset>
  );
}
