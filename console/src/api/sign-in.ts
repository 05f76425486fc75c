import { tryCaller } from './caller.ts';
import { call } from './client.ts';
import { isReturning, leaveForIssuer, signInByReturn } from './issuer-sign-in.ts';
import type { Principal, ServerFacts } from './objects.ts';
import { admit, keepSecret, principal, server } from './session.ts';

/** Asks the server what it is and who the caller is, and finishes a sign-in that has come back from its issuer. */
export async function begin(): Promise<void> {
  server.value = await call<ServerFacts>('server');
  const { oidc } = server.value.authentication;
  if (oidc === null) isReturning.value = false;
  else await signInByReturn(oidc);
  if (principal.value === undefined) admit(await call<Principal>('principal'));
}

/** Tries a key. Rejects with the failure when the server refuses it. `isKept` keeps it as long as the tab. */
export async function signInWith(key: string, isKept: boolean): Promise<void> {
  await tryCaller(key);
  if (isKept) keepSecret();
}

/** Leads to the issuer. Rejects with an error in words when it cannot be reached. */
export async function signInAtIssuer(): Promise<void> {
  const oidc = server.value?.authentication.oidc;
  if (oidc !== null && oidc !== undefined) await leaveForIssuer(oidc, false);
}
