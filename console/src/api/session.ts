import { signal } from '@preact/signals';
import { leavePlace } from '../place.ts';
import type { Principal, ServerFacts } from './objects.ts';

/** Where a key is kept when its owner asks for it: as long as the tab, and seen by no other. */
const KEPT = 'colloquy.key';
/** Key of the tab's storage for the caller whose places are in its history. It outlives a reload. */
const CALLER = 'colloquy.caller';

/** Key or token of the caller. It is in no cookie, address or document, and in the tab's storage only when asked for. */
export const secret = signal<string | undefined>(sessionStorage.getItem(KEPT) ?? undefined);
/** Set when the server has refused the caller, or the page has forgotten the key. */
export const signInNeeded = signal(false);
/** Set while the page shows nothing, since nobody has used it for a time. */
export const isCovered = signal(false);
/** The last caller, who may have to sign in again. */
export const principal = signal<Principal | undefined>(undefined);
export const server = signal<ServerFacts | undefined>(undefined);
/** Number of times that another caller has signed in. Pages load again when it changes. */
export const signIns = signal(0);

/** Checks for a server that finds words in items. */
export function hasSearch(): boolean {
  return server.value?.features.includes('search') === true;
}

/** Checks whether the caller has signed in: a server without authentication asks nobody. */
export function hasSignIn(): boolean {
  return (principal.value?.scheme ?? null) !== null;
}

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
  const isUsed = secret.value !== undefined || principal.value !== undefined;
  // A page that waits for a sign-in may have the address of what was read.
  if (isUsed || signInNeeded.value) startAnew();
});

/** Forgets the caller, and all that was loaded for it, in all tabs. */
export function signOut(): void {
  tabs.postMessage('');
  startAnew();
}

function startAnew(): void {
  forgetSecret();
  sessionStorage.removeItem(CALLER);
  // The address has the words of the search.
  leavePlace();
  location.reload();
}

/** Keeps the caller's key until the tab is closed, also when the page is loaded again. */
export function keepSecret(): void {
  if (secret.value !== undefined) sessionStorage.setItem(KEPT, secret.value);
}

export function forgetSecret(): void {
  secret.value = undefined;
  sessionStorage.removeItem(KEPT);
}

type SignedIn = (isSame: boolean) => void;
let waiting: SignedIn[] = [];

/** Asks for a sign-in. Resolves when somebody has signed in: with `true` if it is the caller of before, or the first. */
export function signedInAgain(): Promise<boolean> {
  signInNeeded.value = true;
  return new Promise((resolve) => waiting.push(resolve));
}

/** Shows the page to a caller who has signed in. What has waited goes on for the caller of before alone. */
export function admit(caller: Principal): void {
  const name = JSON.stringify([caller.tenant, caller.subject]);
  const isSame = (sessionStorage.getItem(CALLER) ?? name) === name;
  sessionStorage.setItem(CALLER, name);
  principal.value = caller;
  signInNeeded.value = false;
  isCovered.value = false;
  if (!isSame) {
    leavePlace();
    signIns.value += 1;
  }
  const told = waiting;
  waiting = [];
  for (const tell of told) tell(isSame);
}
