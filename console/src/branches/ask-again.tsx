import { useEffect, useRef, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { Dialog } from '../look/dialog.tsx';
import type { Item } from '../api/objects.ts';
import { askingOf, randomKey } from '../ask/asking.ts';
import { leadToProblem, SettingsFields } from '../ask/settings-fields.tsx';
import type { AskSettings } from '../ask/settings.ts';
import { othersIn, contentText, withContentText } from '../items/content.ts';
import { go } from '../place.ts';
import type { Turn } from '../responses/turn.ts';
import { count, ordinal } from '../text/numbers.ts';
import { isStub, type Entry } from '../items/entry.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { fork, turnAt, type Until } from './requests.ts';

/** Asks in a fork: another model, other instructions, or another text in place of the user's message that follows. */
export function AskAgain({
  entry,
  items,
  close,
}: {
  readonly entry: Entry;
  readonly items: ItemWindow;
  readonly close: () => void;
}) {
  const { until, replaced } = placeOf(entry, items.entries.value);
  // A large message is loaded first.
  const stub = replaced !== undefined && isStub(replaced.item) ? replaced.item : undefined;
  // Sound: fields that are read may be missing. A stub has none of them.
  const content = replaced === undefined ? '' : (replaced.item as Partial<Item>)['content'];
  const others = othersIn(content);
  const [typed, setTyped] = useState<string>();
  const text = typed ?? contentText(content);
  const [settings, setSettings] = useState(askingOf(items.conversation).settings.value);
  // The tools of the turn that answered here; `undefined` while that is not known.
  const [tools, setTools] = useState<number>();
  useEffect(() => {
    const { position } = replaced ?? entry;
    if (stub !== undefined) {
      items.load(stub.id).catch((error: unknown) => setProblem(asFailure(error).message));
    }
    const load = position < 0 ? Promise.resolve() : turnAt(items.conversation, position);
    load.then(
      (turn) => {
        if (turn !== undefined) setSettings((before) => settingsOf(turn, before));
        setTools(turn?.tools.length ?? 0);
      },
      () => setTools(0),
    );
  }, []);
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [key] = useState(randomKey);
  const form = useRef<HTMLFormElement>(null);
  const isEmpty = text.trim() === '' && others.length === 0;
  const canSend = !isBusy && tools !== undefined && stub === undefined && !isEmpty;
  const send = async (): Promise<void> => {
    if (!canSend || leadToProblem(form.current)) return;
    setBusy(true);
    setProblem('');
    try {
      const made = await fork(items.conversation, until, key);
      const asking = askingOf(made.id);
      asking.settings.value = settings;
      void asking.send([
        { type: 'message', role: 'user', content: withContentText(content, text) },
      ]);
      close();
      go({ page: 'compare', left: items.conversation, right: made.id });
    } catch (error) {
      setProblem(asFailure(error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog kind="wide" title={`Ask again from ${ordinal(entry.position)}`} close={close}>
      <p class="quiet">
        {replaced === undefined
          ? `A fork keeps everything up to ${ordinal(entry.position)}. This is asked in it.`
          : `A fork keeps what is before ${ordinal(replaced.position)}. This is asked in it, in place of that message.`}
      </p>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          void send();
        }}
      >
        <textarea
          aria-label="Message"
          rows={3}
          value={text}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        {others.length > 0 && (
          <p class="quiet">
            The images and files of that message are sent with it: {others.length}.
          </p>
        )}
        {tools !== undefined && <SettingsFields settings={settings} change={setSettings} />}
        {tools !== undefined && tools > 0 && (
          <p class="quiet">
            {tools === 1
              ? 'The tool of that turn is not offered.'
              : `${count(tools)} tools of that turn are not offered.`}
          </p>
        )}
        <p class="problem" role="alert">
          {problem}
        </p>
        <p class="answers">
          <button type="submit" class="main" disabled={!canSend}>
            Fork and ask
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </p>
      </form>
    </Dialog>
  );
}

/** Returns settings with the model and the instructions of a turn. */
function settingsOf({ model, instructions }: Turn, settings: AskSettings): AskSettings {
  const isText = typeof instructions === 'string' && instructions !== '';
  return { ...settings, model, ...(isText && { instructions }) };
}

/** Finds where the fork ends, and the message in whose place something else is asked. */
function placeOf(
  entry: Entry,
  entries: readonly Entry[],
): { readonly until: Until; readonly replaced: Entry | undefined } {
  const at = entries.findIndex(({ id }) => id === entry.id);
  if (isOfUser(entry)) return { until: { before: entry.id }, replaced: entries[at] ?? entry };
  const next = entries[at + 1];
  const isNext = next !== undefined && isOfUser(next);
  return { until: { after: entry.id }, replaced: isNext ? next : undefined };
}

function isOfUser({ item }: Entry): boolean {
  return item.type === 'message' && 'role' in item && item.role === 'user';
}
