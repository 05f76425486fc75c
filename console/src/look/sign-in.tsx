import { useEffect, useRef, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { server } from '../api/session.ts';
import { signInWith } from '../api/sign-in.ts';

/** Asks for a key, over the page that needed it. */
export function SignIn() {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const key = field.current?.value.trim() ?? '';
    if (key === '') return;
    setBusy(true);
    try {
      await signInWith(key);
    } catch (error) {
      setProblem(asFailure(error).message);
      setBusy(false);
    }
  };
  const schemes: readonly string[] = server.value?.authentication.schemes ?? [];
  const hasForm = schemes.length === 0 || schemes.some((scheme) => scheme !== 'headers');
  const what = schemes.includes('keys') ? 'API key' : 'Access token';
  return (
    <dialog ref={dialog} class="sign-in" aria-labelledby="sign-in-title" onCancel={keepOpen}>
      <h1 id="sign-in-title">Sign in</h1>
      {!hasForm && <p>The gateway in front of this server has not signed you in. Sign in there.</p>}
      <p class="quiet" hidden={!hasForm}>
        You see what this {what === 'API key' ? 'key' : 'token'} may read. It stays in this tab’s
        memory, and is gone when the tab is closed or loaded again.
      </p>
      <form hidden={!hasForm} onSubmit={(event) => void submit(event)}>
        <label for="key">{what}</label>
        <input
          id="key"
          ref={field}
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="key-problem"
          aria-invalid={problem !== ''}
          required
        />
        <p id="key-problem" class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="main" disabled={isBusy}>
          Sign in
        </button>
      </form>
    </dialog>
  );
}

/** Without a key there is nothing behind the dialog. */
function keepOpen(event: Event): void {
  event.preventDefault();
}
