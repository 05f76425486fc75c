import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import { Icon } from './icons.tsx';

interface NoticeContent {
  readonly text: string;
  /** What takes back what the notice tells. */
  readonly undo?: () => Promise<void>;
}

/** What was just done, until it is closed, or something else is done. */
const notice = signal<NoticeContent | undefined>(undefined);

export function notify(content: NoticeContent): void {
  notice.value = content;
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
          <button
            type="button"
            class="plain"
            aria-label="Close the notice"
            onClick={() => {
              notice.value = undefined;
            }}
          >
            <Icon name="close" />
          </button>
        </>
      )}
    </div>
  );
}
