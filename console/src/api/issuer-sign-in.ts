import { signal } from '@preact/signals';
import { tryCaller } from './caller.ts';
import { asFailure } from './client.ts';
import { wordsFor } from './issuer-words.ts';
import type { OidcClient } from './objects.ts';
import type { Leave, Tokens } from './oidc.ts';
import { loadPart } from './reaching.ts';
import { renewBeforeEnd } from './renewal.ts';
import { signInNeeded } from './session.ts';

const LEFT = 'colloquy.sign-in';

/** Set while the page has come back from an issuer, and nobody is signed in yet. */
export const isReturning = signal(hasAnswer());
/** Why the last sign-in failed, in words; empty when it did not. */
export const issuerProblem = signal('');

function hasAnswer(): boolean {
  const query = new URLSearchParams(location.search);
  return query.has('state') && (query.has('code') || query.has('error'));
}

/** Goes to the issuer, to come back to the same place. Rejects with an error in words. */
export async function leaveForIssuer(client: OidcClient, isSilent: boolean): Promise<void> {
  if (!isSecureContext) {
    throw new Error('Browsers sign in on HTTPS alone. Open the console at its https: address.');
  }
  const { wayThere } = await loadPart(() => import('./oidc.ts'));
  try {
    const { address, leave } = await wayThere(client, { fragment: location.hash, isSilent });
    sessionStorage.setItem(LEFT, JSON.stringify(leave));
    location.assign(address);
  } catch (error) {
    throw new Error(wordsFor(error, client), { cause: error });
  }
}

/** Finishes the sign-in whose answer is in the address, and shows the place where it began. */
export async function signInByReturn(client: OidcClient): Promise<void> {
  if (!isReturning.value) return;
  const from = new URL(location.href);
  const left = sessionStorage.getItem(LEFT);
  sessionStorage.removeItem(LEFT);
  const leave = left === null ? undefined : (JSON.parse(left) as Leave);
  history.replaceState(null, '', './');
  if (leave?.fragment) location.replace(leave.fragment);
  try {
    if (leave === undefined)
      throw new Error('This sign-in was not begun in this tab. Begin again.');
    const { tokensOf } = await loadPart(() => import('./oidc.ts'));
    const tokens = await tokensOf(client, from, leave).catch((error: unknown) => {
      throw new Error(wordsFor(error, client), { cause: error });
    });
    await use(client, tokens);
  } catch (error) {
    issuerProblem.value = asFailure(error).message;
    signInNeeded.value = true;
  }
  isReturning.value = false;
}

/** Calls the API with a token from now on, and has it renewed in time. */
async function use(client: OidcClient, tokens: Tokens): Promise<void> {
  const caller = await tryCaller(tokens.accessToken).catch((error: unknown) => {
    throw new Error(
      `You have signed in at ${new URL(client.issuer).host}, but this server does not take its token: ${asFailure(error).message} The token may be meant for another audience.`,
      { cause: error },
    );
  });
  renewBeforeEnd(client, tokens, caller, () => leaveForIssuer(client, true));
}
