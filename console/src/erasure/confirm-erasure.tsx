import { useState } from 'preact/hooks';
import { bytes, conversations, count, items } from '../text/numbers.ts';
import type { Sum } from './erasure.ts';

/** What an erasure would delete, and the question whether it shall: the number is typed. */
export function ConfirmErasure({ sum, erase }: { readonly sum: Sum; readonly erase: () => void }) {
  const [typed, setTyped] = useState('');
  const number = sum.matched - sum.held;
  if (sum.matched === 0) {
    return (
      <div class="panel" role="status">
        <h2>Nothing matches</h2>
        <p>
          No conversation that you may delete has this owner and this metadata. Names must match
          exactly, with their case.
        </p>
      </div>
    );
  }
  const isSure = typed.replaceAll(/\D/g, '') === String(number) && number > 0;
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        if (isSure) erase();
      }}
    >
      <div role="status">
        <p class="big">{conversations(number)}</p>
        <p>
          would be deleted for good, with {items(sum.items)}, {bytes(sum.bytes)} of text.
        </p>
        {sum.held > 0 && (
          <p>
            <strong>{conversations(sum.held)}</strong> more match, and stay: a hold keeps them.
          </p>
        )}
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
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
            <button type="submit" class="main alarm" disabled={!isSure}>
              Erase for good
            </button>
          </div>
        </>
      )}
    </form>
  );
}
