import { useState } from 'preact/hooks';
import { count } from './numbers.ts';

const FIRST = 20_000;
const GROWTH = 4;

/** A text as it was written, with its lines. Of a long one the beginning is shown, and more on request. */
export function LongText({ text }: { readonly text: string }) {
  const [most, setMost] = useState(FIRST);
  return (
    <div class="text" dir="auto">
      {text.slice(0, most)}
      {text.length > most && (
        <p class="text-more">
          <button type="button" onClick={() => setMost(most * GROWTH)}>
            More
          </button>
          <button type="button" onClick={() => setMost(text.length)}>
            All {count(text.length)} characters
          </button>
        </p>
      )}
    </div>
  );
}
