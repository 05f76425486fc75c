import { call, type ApiFailure } from './client.ts';
import type { Principal, ServerFacts } from './objects.ts';
import { principal, secret, server, signIns, signInNeeded } from './session.ts';

/** Asks the server what it is and who the caller is. A refused caller is asked for a key. */
export async function begin(): Promise<void> {
  server.value = await call<ServerFacts>('server');
  principal.value = await call<Principal>('principal');
}

/** Tries a key. Rejects with the failure when the server refuses it. */
export async function signInWith(key: string): Promise<void> {
  secret.value = key;
  try {
    principal.value = await call<Principal>('principal');
  } catch (error) {
    secret.value = undefined;
    throw error as ApiFailure;
  }
  signInNeeded.value = false;
  signIns.value += 1;
}
