import { useRef, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';

/** A button for what cannot be taken back: it asks first, and says what went wrong. */
export function ConfirmedButton({
  name,
  question,
  consequence,
  act,
}: {
  /** Verb, such as `Delete`. */
  readonly name: string;
  readonly question: string;
  readonly consequence: string;
  readonly act: () => Promise<void>;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      await act();
      dialog.current?.close();
    } catch (error) {
      setProblem(asFailure(error).message);
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {name}…
      </button>
      <dialog ref={dialog} class="confirm" aria-label={question}>
        <h2>{question}</h2>
        <p class="quiet">{consequence}</p>
        <p class="problem" role="alert">
          {problem}
        </p>
        <p class="answers">
          <button type="button" class="main alarm" disabled={isBusy} onClick={() => void confirm()}>
            {name}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </p>
      </dialog>
    </>
  );
}
