import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { useArrival, useKept } from './kept.ts';
import { folded } from './words.ts';
import { endsIn, FIRST, grown, shownFor } from './lengths.ts';
import { count } from './numbers.ts';
import { save } from './save.ts';

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
  const isCut = text.length > most;
  const terms = useArrival(`${name} length`, () => {
    if (isCut) setMost(shownFor(text, whole, terms, most));
  });
  const isLookedFor = isCut && terms.length > 0;
  const whole = useMemo(() => (isLookedFor ? folded(text) : ''), [isLookedFor, text]);
  const isFurther = useMemo(() => {
    const ends = endsIn(whole, terms);
    return ends.length > 0 && Math.min(...ends) > folded(text.slice(0, most)).length;
  }, [whole, terms, most]);
  return (
    <>
      {children(text.slice(0, most))}
      {text.length > FIRST && (
        <p class="text-more">
          {isCut && (
            <>
              <span class="quiet">
                {count(most)} of {count(text.length)} characters
                {isFurther && '; what you look for is further on'}
              </span>
              <button type="button" onClick={() => setMost(grown(most))}>
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
