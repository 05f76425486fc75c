import { effect, signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { identityOf, place } from '../place.ts';
import { Icon } from './icons.tsx';

interface NoticeContent {
  readonly text: string;
  /** What takes back what the notice tells. */
  readonly undo?: () => Promise<void>;
}

/** What was just done, until it is closed, something else is done, or the reader has gone on. */
const notice = signal<NoticeContent | undefined>(undefined);

/** Pages to which the reader may go before the notice leaves. What was done may itself lead to another one. */
const MOST_PAGES = 1;
let pages = 0;
let page = '';

effect(() => {
  const next = identityOf(place.value);
  if (next === page) return;
  page = next;
  pages += 1;
  if (pages > MOST_PAGES) dismissNotice();
});

export function notify(content: NoticeContent): void {
  pages = 0;
  notice.value = content;
}

/** Removes the notice when it is not true any more. */
export function dismissNotice(): void {
  notice.value = undefined;
}

/** The notice at the foot of the page. */
export function Notice() {
  const content = notice.value;
  const [isBusy, setBusy] = useState(false);
  const undo = async (): Promise<void> => {
    setBusy(true);
    try {
      await content?.undo?.();
    } catch (error) {
      notify({ text: asFailure(error).message });
    }
    setBusy(false);
  };
  return (
    <div role="status" class={content === undefined ? '' : 'toast'}>
      {content !== undefined && (
        <>
          <span>{content.text}</span>
          {content.undo !== undefined && (
            <button type="button" class="plain" disabled={isBusy} onClick={() => void undo()}>
              Undo
            </button>
          )}
          <button type="button" class="plain" aria-label="Close the notice" onClick={dismissNotice}>
            <Icon name="close" />
          </button>
        </>
      )}
    </div>
  );
}
