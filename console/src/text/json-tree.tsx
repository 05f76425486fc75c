import { useMemo } from 'preact/hooks';
import { useArrival, useKept } from './kept.ts';
import { firstsOf, folded, hasAnyOf } from './words.ts';
import { grown, shownFor } from './lengths.ts';
import { count } from './numbers.ts';
import { save } from './save.ts';

const CHILDREN_AT_ONCE = 100;
const LONGEST_STRING = 400;
/** Values up to this are on one line. */
const SMALL = 60;

/** A JSON value as a tree. What is closed is not in the document, and long lists and strings open in steps. */
export function JsonTree({
  name,
  value,
  path,
  isOpen = false,
  isWanted,
}: {
  readonly name?: string;
  readonly value: unknown;
  /** Names this value among those of its item. */
  readonly path: string;
  readonly isOpen?: boolean;
  /** Opens it on arrival, or keeps it closed. By default it opens if its texts have one of the words. */
  readonly isWanted?: boolean;
}) {
  const [open, setOpen] = useKept(`${path} open`, isOpen);
  useArrival(`${path} open`, (terms) => (isWanted ?? hasAnyOf(value, terms)) && setOpen(true));
  const label = name === undefined ? null : <span class="json-name">{name}: </span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="json-leaf">
        {label}
        <Leaf value={value} path={path} />
      </div>
    );
  }
  if (name !== undefined && isSmall(value)) {
    return (
      <div class="json-leaf">
        {label}
        <span dir="auto">{JSON.stringify(value)}</span>
      </div>
    );
  }
  const children = Object.entries(value);
  const size = Array.isArray(value) ? `[${children.length}]` : `{${children.length}}`;
  return (
    <div class="json">
      <button type="button" class="plain" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">{open ? '▾' : '▸'}</span> {label}
        <span class="quiet">{size}</span>
      </button>
      {open && (
        <div class="json-children">
          <JsonChildren value={value} path={path} />
        </div>
      )}
    </div>
  );
}

/** The entries of an object or a list, the first hundred at once. */
export function JsonChildren({
  value,
  path = '',
}: {
  readonly value: object;
  readonly path?: string;
}) {
  const [most, setMost] = useKept(`${path} children`, CHILDREN_AT_ONCE);
  const children = Object.entries(value);
  const terms = useArrival(`${path} children`, () => {
    const last = Math.max(...firsts);
    if (last >= most) setMost(last - (last % CHILDREN_AT_ONCE) + CHILDREN_AT_ONCE);
  });
  // The first branch with each word: opening all could be too many.
  const firsts = useMemo(() => firstsOf(value, terms), [terms, value]);
  return (
    <>
      {children.slice(0, most).map(([key, child], index) => (
        <JsonTree
          key={key}
          name={key}
          value={child}
          path={`${path}.${key}`}
          isOpen={children.length <= 1}
          isWanted={firsts.includes(index)}
        />
      ))}
      {children.length > most && (
        <button type="button" onClick={() => setMost(most + CHILDREN_AT_ONCE)}>
          {count(Math.min(children.length - most, CHILDREN_AT_ONCE))} more of{' '}
          {count(children.length)}
        </button>
      )}
    </>
  );
}

/** Checks for an object or a list that fits on a line. Only a few entries are looked at. */
function isSmall(value: object): boolean {
  const entries = Object.values(value);
  const most = 6;
  if (entries.length > most) return false;
  const isFlat = entries.every((each) => typeof each !== 'object' && String(each).length < SMALL);
  return isFlat && JSON.stringify(value).length <= SMALL;
}

function Leaf({ value, path }: { readonly value: unknown; readonly path: string }) {
  const [most, setMost] = useKept(`${path} length`, LONGEST_STRING);
  useArrival(`${path} length`, (terms) => {
    if (typeof value !== 'string' || value.length <= most) return;
    setMost(shownFor(value, folded(value), terms, most));
  });
  if (typeof value !== 'string') return <span class="json-other">{String(value)}</span>;
  return (
    <span class="json-string" dir="auto">
      {JSON.stringify(value.slice(0, most))}
      {value.length > most && (
        <>
          …{' '}
          <button type="button" onClick={() => setMost(grown(most))}>
            More of {count(value.length)} characters
          </button>
        </>
      )}{' '}
      {value.length > LONGEST_STRING && most > LONGEST_STRING && (
        <button type="button" onClick={() => save(value, 'text/plain', 'text')}>
          Save
        </button>
      )}
    </span>
  );
}
