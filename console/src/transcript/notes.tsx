import { Skeleton } from '../conversations/empty.tsx';
import { Failure } from '../look/failure.tsx';
import { typescriptClient } from '../api/client-example.ts';
import { dateText } from '../text/clock.ts';
import { absentText } from '../trash/in-trash.ts';
import type { ItemWindow } from './item-window.ts';

/** What happened to the conversation while it was read, and what could not be loaded beside what is there. */
export function Notes({ items }: { readonly items: ItemWindow }) {
  const gone = items.gone.value;
  const lost = items.lost.value;
  const failure = items.failure.value;
  return (
    <div class="transcript-notes" role="status">
      {gone !== undefined && (
        <p class="note">
          {gone.isTold
            ? `This conversation was deleted at ${dateText(gone.at, 'minutes')}.`
            : `At ${dateText(gone.at, 'minutes')} this conversation was not there any more: it was deleted, or is not yours to see now.`}{' '}
          What is loaded stays until you leave.
        </p>
      )}
      {lost === 'end' && (
        <p class="note">The item of this link is not here any more. This is the end.</p>
      )}
      {lost === 'nearest' && (
        <p class="note">Some items here were deleted. This is the place where they were.</p>
      )}
      {failure !== undefined && items.entries.value.length > 0 && (
        <p class="note">
          More items could not be loaded: {failure.message}{' '}
          <button type="button" onClick={() => void items.again()}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

/** What stands where there are no rows: a failure, what is loading, or that there are none. */
export function InPlaceOfRows({
  items,
  mayChange,
}: {
  readonly items: ItemWindow;
  readonly mayChange: boolean;
}) {
  if (items.entries.value.length > 0) return null;
  const failure = items.failure.value;
  if (failure !== undefined) {
    return <Failure failure={failure} absent={absentText()} again={() => void items.again()} />;
  }
  if (items.opening.value === 0) return <Skeleton />;
  return (
    <div class="state">
      <h2>It has no items</h2>
      {mayChange ? (
        <>
          <p>What an application appends appears here. To add a first one:</p>
          <pre tabIndex={0}>
            <code>{exampleFor(items.conversation)}</code>
          </pre>
        </>
      ) : (
        <p>What an application appends appears here.</p>
      )}
    </div>
  );
}

function exampleFor(conversation: string): string {
  return `${typescriptClient()}
await client.conversations.items.create('${conversation}', {
  items: [{ type: 'message', role: 'user', content: 'Where is my parcel?' }],
});`;
}
