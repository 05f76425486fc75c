import { useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { Dialog } from './dialog.tsx';

interface Question {
  /** Verb, such as `Delete`. */
  readonly name: string;
  readonly question: string;
  readonly consequence: string;
  /** Beginning of what it is about, in its own words. */
  readonly about?: string;
  readonly act: () => Promise<void>;
}

/** A button for what cannot be taken back: it asks first, and says what went wrong. */
export function ConfirmedButton(question: Question) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        {question.name}…
      </button>
      {isAsking && <ConfirmDialog {...question} close={() => setAsking(false)} />}
    </>
  );
}

/** Asks before something is done. It is there while it asks. */
export function ConfirmDialog({
  name,
  question,
  consequence,
  about = '',
  act,
  close,
}: Question & { readonly close: () => void }) {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      await act();
      close();
      keepFocus();
    } catch (error) {
      setProblem(asFailure(error).message);
    }
    setBusy(false);
  };
  return (
    <Dialog title={question} kind="confirm" close={close}>
      {about !== '' && (
        <blockquote class="about" dir="auto">
          {about}
        </blockquote>
      )}
      <p class="quiet">{consequence}</p>
      <p class="problem" role="alert">
        {problem}
      </p>
      <p class="answers">
        <button type="button" class="main alarm" disabled={isBusy} onClick={() => void confirm()}>
          {name}
        </button>
        <button type="button" autofocus onClick={close}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}

/** Puts the focus on the page's heading when what had it has gone with the thing. */
function keepFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    document.getElementById('title')?.focus({ preventScroll: true });
  });
}
