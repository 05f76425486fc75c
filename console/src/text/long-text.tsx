import type { ComponentChildren } from 'preact';
import { useKept } from '../items/kept.ts';
import { count } from './numbers.ts';
import { save } from './save.ts';

const FIRST = 20_000;
const GROWTH = 4;

/** A text as it was written, with its lines. Of a long one the beginning is shown, and more on request. */
export function LongText({
  text,
  name = 'text',
}: {
  readonly text: string;
  readonly name?: string;
}) {
  return (
    <div class="text" dir="auto">
      <Cut text={text} name={name}>
        {(shown) => shown}
      </Cut>
    </div>
  );
}

/** Draws the beginning of a text, and offers more of it, all, and a file. */
export function Cut({
  text,
  name,
  children,
}: {
  readonly text: string;
  /** Tells the texts of an item apart. */
  readonly name: string;
  readonly children: (shown: string) => ComponentChildren;
}) {
  const [most, setMost] = useKept(`${name} length`, FIRST);
  return (
    <>
      {children(text.slice(0, most))}
      {text.length > FIRST && (
        <p class="text-more">
          {text.length > most && (
            <>
              <span class="quiet">
                {count(most)} of {count(text.length)} characters
              </span>
              <button type="button" onClick={() => setMost(most * GROWTH)}>
                More
              </button>
              <button type="button" onClick={() => setMost(text.length)}>
                All
              </button>
            </>
          )}
          <button type="button" onClick={() => save(text, 'text/plain', 'text')}>
            Save
          </button>
        </p>
      )}
    </>
  );
}
