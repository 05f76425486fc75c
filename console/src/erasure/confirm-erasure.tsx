import { useState } from 'preact/hooks';
import { bytes, conversations, count, items } from '../text/numbers.ts';
import { ResultHeading } from '../look/result-heading.tsx';
import type { Sum } from './erasure.ts';

/** What an erasure would delete, and the question whether it shall: the number is typed. */
export function ConfirmErasure({
  sum,
  trashed,
  erase,
}: {
  readonly sum: Sum;
  /** How many of them are in the trash, in words. */
  readonly trashed: string | undefined;
  readonly erase: () => void;
}) {
  const [typed, setTyped] = useState('');
  const number = sum.matched - sum.held;
  if (sum.matched === 0) {
    return (
      <div class="panel" role="status">
        <ResultHeading>Nothing matches</ResultHeading>
        <p>
          No conversation that you may delete has this owner and this metadata. Names must match
          exactly, with their case.
        </p>
      </div>
    );
  }
  const digits = typed.replaceAll(/\D/g, '');
  const isSure = digits === String(number) && number > 0;
  // While the number is being typed, its beginning is right.
  const isWrong = typed.trim() !== '' && (digits === '' || !String(number).startsWith(digits));
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        if (isSure) erase();
      }}
    >
      <div role="status">
        <ResultHeading>
          {number > 0 ? conversations(number) : 'All that match are held.'}
        </ResultHeading>
        {number > 0 && (
          <p>
            would be deleted for good, with {items(sum.items)}, {bytes(sum.bytes)} of text.
          </p>
        )}
        {sum.held > 0 && number > 0 && (
          <p>
            <strong>{conversations(sum.held)}</strong> more{' '}
            {sum.held === 1 ? 'matches, and stays' : 'match, and stay'}: a hold keeps{' '}
            {sum.held === 1 ? 'it' : 'them'}.
          </p>
        )}
        {trashed !== undefined && <p>In the trash, as far as you may read: {trashed}.</p>}
      </div>
      {number > 0 && (
        <>
          <label for="erase-count">
            Type <strong>{count(number)}</strong> to erase them
          </label>
          <div class="confirming">
            <input
              id="erase-count"
              inputMode="numeric"
              autocomplete="off"
              value={typed}
              aria-describedby="erase-problem"
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
            <button type="submit" class="main alarm" disabled={!isSure}>
              Erase for good
            </button>
          </div>
          <p id="erase-problem" class="problem" role="alert">
            {isWrong && `That is not the number: it is ${count(number)}.`}
          </p>
        </>
      )}
    </form>
  );
}
