import { signal } from '@preact/signals';
import type { Principal, ServerFacts } from './objects.ts';

/** Key or token of the caller. It is in memory alone: not in storage, cookies, addresses or the document. */
export const secret = signal<string | undefined>(undefined);
/** Set when the server has refused the caller. */
export const signInNeeded = signal(false);
export const principal = signal<Principal | undefined>(undefined);
export const server = signal<ServerFacts | undefined>(undefined);
/** Number of sign-ins. Pages load again when it changes. */
export const signIns = signal(0);

/** Forgets the caller, and all that was loaded for it. */
export function signOut(): void {
  location.reload();
}
