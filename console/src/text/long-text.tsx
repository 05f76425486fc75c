import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useArrival, useKept } from './kept.ts';
import { hasAnyOf } from './words.ts';
import { count } from './numbers.ts';
import { save } from './save.ts';

const FIRST = 20_000;
const GROWTH = 4;
/** Characters that are shown at most without being asked for. */
const MOST_BY_ITSELF = 320_000;

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
  const [isFurther, setFurther] = useState(false);
  useArrival(`${name} length`, (terms) => {
    const next = shownFor(text, terms, most);
    setMost(next);
    setFurther(!hasAnyOf(text.slice(0, next), terms) && hasAnyOf(text, terms));
  });
  return (
    <>
      {children(text.slice(0, most))}
      {text.length > FIRST && (
        <p class="text-more">
          {text.length > most && (
            <>
              <span class="quiet">
                {count(most)} of {count(text.length)} characters
                {isFurther && '; what you look for is further on'}
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

/** Returns how many characters of a text to show, so that words in it are among them: `most`, or more. */
export function shownFor(text: string, terms: readonly string[], most: number): number {
  const wanted = terms.filter((term) => hasAnyOf(text, [term]));
  for (let next = most; ; next = next < FIRST ? FIRST : next * GROWTH) {
    if (next > MOST_BY_ITSELF) return most;
    const shown = text.slice(0, next);
    if (next >= text.length || wanted.every((term) => hasAnyOf(shown, [term]))) return next;
  }
}
