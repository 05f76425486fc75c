import { call } from './client.ts';
import type { Principal } from './objects.ts';
import { admit, forgetSecret, secret } from './session.ts';

/** Tries a key or a token, and goes on with the page. Rejects with the failure when the server refuses it. */
export async function tryCaller(key: string | undefined): Promise<Principal> {
  secret.value = key;
  try {
    const caller = await call<Principal>('principal', { isSignIn: true });
    admit(caller);
    return caller;
  } catch (error) {
    forgetSecret();
    throw error;
  }
}
