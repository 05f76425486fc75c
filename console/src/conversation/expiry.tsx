import { useState } from 'preact/hooks';
import { asFailure, call } from '../api/client.ts';
import type { Conversation } from '../api/objects.ts';
import { principal } from '../api/session.ts';
import { Dialog, SaveOrCancel } from '../look/dialog.tsx';

const MOST_DAYS = 365;
const USUAL_DAYS = 30;

type Expiry = NonNullable<Conversation['expires_after']>;

/** Sets after how many days a conversation ends, or takes that off. */
export function ExpiryButton({
  conversation,
  change,
}: {
  readonly conversation: Conversation;
  readonly change: (updated: Conversation) => void;
}) {
  const { id, expires_after: now } = conversation;
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Expiry | null>(now ?? null);
  const [problem, setProblem] = useState('');
  const open = (): void => {
    setChosen(now ?? null);
    setProblem('');
    setOpen(true);
  };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const days = chosen?.days ?? 1;
    // The other end of the range, or part of a day, is refused as well.
    if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) {
      setProblem(`Write a whole number of days, from 1 to ${MOST_DAYS}.`);
      document.getElementById('expiry-days')?.focus();
      return;
    }
    try {
      const body = { expires_after: chosen };
      const path = `conversations/${encodeURIComponent(id)}`;
      change(await call<Conversation>(path, { method: 'POST', body }));
      setOpen(false);
    } catch (error) {
      setProblem(asFailure(error).message);
    }
  };
  return (
    <>
      <button type="button" onClick={open}>
        Expiry…
      </button>
      {isOpen && (
        <Dialog title="When does it end?" close={() => setOpen(false)}>
          <p class="quiet">
            At its end, the conversation is deleted for good, without the trash. {maximumText()}
          </p>
          <form class="fields" noValidate onSubmit={(event) => void save(event)}>
            <Anchors chosen={chosen} choose={setChosen} />
            {chosen !== null && (
              <label class="inline">
                <input
                  id="expiry-days"
                  type="number"
                  min={1}
                  max={MOST_DAYS}
                  aria-describedby="expiry-problem"
                  aria-invalid={problem !== ''}
                  value={chosen.days}
                  onInput={(event) => {
                    setChosen({ ...chosen, days: event.currentTarget.valueAsNumber });
                    setProblem('');
                  }}
                />{' '}
                days
              </label>
            )}
            <SaveOrCancel id="expiry-problem" problem={problem} cancel={() => setOpen(false)} />
          </form>
        </Dialog>
      )}
    </>
  );
}

function Anchors({
  chosen,
  choose,
}: {
  readonly chosen: Expiry | null;
  readonly choose: (expiry: Expiry | null) => void;
}) {
  const days = chosen?.days ?? USUAL_DAYS;
  const options = [
    { name: hasMaximum() ? 'As long as the server keeps it' : 'Never', value: null },
    { name: 'Some days after its last item', value: { anchor: 'last_active_at', days } },
    { name: 'Some days after it was made', value: { anchor: 'created_at', days } },
  ] as const;
  return (
    <fieldset class="options">
      <legend class="hidden">End</legend>
      {options.map(({ name, value }) => (
        <label key={name}>
          <input
            type="radio"
            name="anchor"
            checked={chosen?.anchor === value?.anchor}
            onChange={() => choose(value)}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

function hasMaximum(): boolean {
  return (principal.value?.retention.maximum ?? null) !== null;
}

function maximumText(): string {
  const maximum = principal.value?.retention.maximum ?? null;
  return maximum === null ? '' : `The server keeps none longer than ${maximum.days} days.`;
}
