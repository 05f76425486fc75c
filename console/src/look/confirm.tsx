import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';

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
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      await act();
      dialog.current?.close();
      keepFocus();
    } catch (error) {
      setProblem(asFailure(error).message);
    }
    setBusy(false);
  };
  return (
    <dialog ref={dialog} class="confirm" aria-label={question} onClose={close}>
      <h2>{question}</h2>
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
        <button type="button" autofocus onClick={() => dialog.current?.close()}>
          Cancel
        </button>
      </p>
    </dialog>
  );
}

/** Puts the focus on the page's heading when what had it has gone with the thing. */
function keepFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    document.getElementById('title')?.focus({ preventScroll: true });
  });
}
