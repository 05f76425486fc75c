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

/** Checks whether some rule could let the caller delete a conversation. */
export function mayDelete(): boolean {
  return principal.value?.actions.includes('delete') === true;
}

/** Returns the days in which a deleted conversation of the caller's tenant may be restored; 0 for none. */
export function trashDays(): number {
  return principal.value?.retention.trash_days ?? 0;
}

/** Tells the console's other tabs of a sign-out. */
const tabs = new BroadcastChannel('colloquy.sign-out');
tabs.addEventListener('message', () => {
  if (secret.value !== undefined) location.reload();
});

/** Forgets the caller, and all that was loaded for it, in all tabs. */
export function signOut(): void {
  tabs.postMessage('');
  location.reload();
}
