/** The erasure that was begun last in this tab. It goes on when its page is left, and its receipts are there on return. */

import { signal } from '@preact/signals';
import { asFailure, type ApiFailure } from '../api/client.ts';
import type { Receipt } from '../api/objects.ts';
import { signIns } from '../api/session.ts';
import { refreshList } from '../conversations/kept-list.ts';
import { dismissNotice, notify } from '../look/notice.tsx';
import { place } from '../place.ts';
import { conversations } from '../text/numbers.ts';
import { erase, sumOf, type ErasureFilter } from './erasure.ts';

interface RunningErasure {
  /** The query of the page that began it. */
  readonly query: string;
  /** Number of conversations that it is for. */
  readonly of: number;
  readonly receipts: readonly Receipt[];
  readonly hasEnded: boolean;
  /** Set once its end was on the page. */
  readonly isSeen: boolean;
  readonly failure: ApiFailure | undefined;
}

export const running = signal<RunningErasure | undefined>(undefined);

let abort: AbortController | undefined;

/** Stops what is under way, and forgets its receipts. */
export function forgetErasure(): void {
  abort?.abort();
  running.value = undefined;
}

// Another caller must neither go on with an erasure nor see it.
signIns.subscribe(forgetErasure);

export function noteSeen(): void {
  if (running.value !== undefined) running.value = { ...running.value, isSeen: true };
}

/** Erases what matches, whatever page is shown. Closing the tab asks first. */
export async function startErasure(
  filter: ErasureFilter,
  begun: Pick<RunningErasure, 'query' | 'of'>,
): Promise<void> {
  forgetErasure();
  // Its Undo may be for a conversation that this erasure deletes.
  dismissNotice();
  abort = new AbortController();
  const own = abort.signal;
  let state: RunningErasure = {
    ...begun,
    receipts: [],
    hasEnded: false,
    isSeen: false,
    failure: undefined,
  };
  const change = (changed: Partial<RunningErasure>): void => {
    if (own.aborted) return;
    state = { ...state, ...changed };
    running.value = state;
  };
  change({});
  addEventListener('beforeunload', askFirst);
  try {
    await erase(filter, own, (receipt) => change({ receipts: [...state.receipts, receipt] }));
  } catch (error) {
    change({ failure: asFailure(error) });
  }
  removeEventListener('beforeunload', askFirst);
  if (own.aborted) return;
  change({ hasEnded: true });
  refreshList();
  if (place.value.page !== 'erase') tellEnd(state);
}

function tellEnd({ receipts, failure }: RunningErasure): void {
  const erased = `${conversations(sumOf(receipts).deleted)} erased`;
  const end = failure === undefined ? 'The erasure is done' : 'The erasure was cut off';
  notify({ text: `${end}: ${erased}. The receipt is on the page Erase.` });
}

function askFirst(event: Event): void {
  event.preventDefault();
}
