import { useEffect, useRef, useState } from 'preact/hooks';
import { tryCaller } from '../api/caller.ts';
import { asFailure, type ApiFailure } from '../api/client.ts';
import { issuerProblem } from '../api/issuer-sign-in.ts';
import { isCovered, principal, server, signOut } from '../api/session.ts';
import { signInAtIssuer, signInWith } from '../api/sign-in.ts';

/** Asks for a sign-in, over the page that needed it. */
export function SignIn() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Brings the focus back to where it was.
    return () => shown?.close();
  }, []);
  const facts = server.value;
  const schemes: readonly string[] = facts?.authentication.schemes ?? ['keys'];
  const oidc = facts?.authentication.oidc ?? null;
  const takesText = schemes.some((scheme) => scheme !== 'headers');
  const name = schemes.includes('keys') ? 'API key' : 'Access token';
  const before = principal.value;
  return (
    <dialog ref={dialog} class="sign-in" aria-labelledby="sign-in-title" onCancel={keepOpen}>
      <h1 id="sign-in-title">{before === undefined ? 'Sign in' : 'Sign in again'}</h1>
      <Reason />
      {oidc !== null && <IssuerForm host={new URL(oidc.issuer).host} />}
      {takesText && oidc === null && <SecretForm name={name} />}
      {takesText && oidc !== null && (
        <details>
          <summary>Use {name === 'API key' ? 'an API key' : 'an access token'}</summary>
          <SecretForm name={name} />
        </details>
      )}
      {!takesText && <GatewayForm />}
      {before !== undefined && (
        <button type="button" class="plain" onClick={signOut}>
          Close this page instead
        </button>
      )}
    </dialog>
  );
}

/** Why the dialog is there. */
function Reason() {
  const before = principal.value;
  if (before === undefined) return null;
  const name = `${before.tenant} / ${before.subject}`;
  return (
    <p class="quiet">
      {isCovered.value
        ? `Nobody has used this page for a while, so it has forgotten the sign-in of ${name}.`
        : `The server does not take the sign-in of ${name} any more.`}{' '}
      The page goes on where it was.
    </p>
  );
}

function IssuerForm({ host }: { readonly host: string }) {
  const { isBusy, problem, attempt } = useAttempt(signInAtIssuer);
  const shown = problem === '' ? issuerProblem.value : problem;
  return (
    <form onSubmit={attempt}>
      <Problem id="issuer-problem" text={shown} />
      <button type="submit" class="main" disabled={isBusy} autofocus>
        Sign in at {host}
      </button>
    </form>
  );
}

function SecretForm({ name }: { readonly name: 'API key' | 'Access token' }) {
  const field = useRef<HTMLInputElement>(null);
  const isKept = useRef<HTMLInputElement>(null);
  const { isBusy, problem, attempt } = useAttempt(async () => {
    const key = field.current?.value.trim() ?? '';
    if (key === '') throw new Error(`Write or paste the ${name}.`);
    await signInWith(key, isKept.current?.checked === true);
  });
  return (
    <form noValidate onSubmit={attempt}>
      <p class="quiet">
        You see what this {name === 'API key' ? 'key' : 'token'} may read. It stays in the memory of
        this tab.
      </p>
      <label for="key">{name}</label>
      <input
        id="key"
        ref={field}
        type="password"
        autocomplete="off"
        spellcheck={false}
        aria-describedby="key-problem"
        aria-invalid={problem !== ''}
        aria-required
      />
      <label class="check">
        <input ref={isKept} type="checkbox" />
        Keep it for this tab, also when the page is loaded again
      </label>
      <Problem id="key-problem" text={problem} />
      <button type="submit" class="main" disabled={isBusy}>
        Sign in
      </button>
    </form>
  );
}

function GatewayForm() {
  const { isBusy, problem, attempt } = useAttempt(async () => {
    await tryCaller(undefined);
  });
  return (
    <form onSubmit={attempt}>
      <p>The gateway in front of this server has not signed you in. Sign in there, then go on.</p>
      <Problem id="gateway-problem" text={problem} />
      <button type="submit" class="main" disabled={isBusy}>
        Go on
      </button>
    </form>
  );
}

function Problem({ id, text }: { readonly id: string; readonly text: string }) {
  return (
    <p id={id} class="problem" role="alert">
      {text}
    </p>
  );
}

/** Runs the work of a form, and has its failure in words. */
function useAttempt(work: () => Promise<void>) {
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const attempt = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    issuerProblem.value = '';
    work()
      .then(
        () => setProblem(''),
        (error: unknown) => setProblem(wordsOf(asFailure(error))),
      )
      .finally(() => setBusy(false));
  };
  return { isBusy, problem, attempt };
}

/** Says of a refusal what to do on this server: its own words are those of OpenAI, and name their site. */
function wordsOf({ code, message }: ApiFailure): string {
  return code === 'invalid_api_key'
    ? 'This server does not know this key or token, or it has expired. Ask whoever runs the server for one.'
    : message;
}

/** Without a sign-in there is nothing behind the dialog. */
function keepOpen(event: Event): void {
  event.preventDefault();
}
