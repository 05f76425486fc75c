import { useState } from 'preact/hooks';

const CHILDREN_AT_ONCE = 100;
const LONGEST_STRING = 400;
/** Values up to this are on one line. */
const SMALL = 60;

/** A JSON value as a tree. What is closed is not in the document, and long lists and strings open in steps. */
export function JsonTree({
  name,
  value,
  isOpen = false,
}: {
  readonly name?: string;
  readonly value: unknown;
  readonly isOpen?: boolean;
}) {
  const [open, setOpen] = useState(isOpen);
  const label = name === undefined ? null : <span class="json-name">{name}: </span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="json-leaf">
        {label}
        <Leaf value={value} />
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
          <JsonChildren value={value} />
        </div>
      )}
    </div>
  );
}

/** The entries of an object or a list, the first hundred at once. */
export function JsonChildren({ value }: { readonly value: object }) {
  const [most, setMost] = useState(CHILDREN_AT_ONCE);
  const children = Object.entries(value);
  return (
    <>
      {children.slice(0, most).map(([key, child]) => (
        <JsonTree key={key} name={key} value={child} isOpen={children.length <= 1} />
      ))}
      {children.length > most && (
        <button type="button" onClick={() => setMost(most + CHILDREN_AT_ONCE)}>
          {children.length - most} more
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

function Leaf({ value }: { readonly value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== 'string') return <span class="json-other">{String(value)}</span>;
  if (value.length <= LONGEST_STRING || isWhole) {
    return (
      <span class="json-string" dir="auto">
        {JSON.stringify(value)}
      </span>
    );
  }
  return (
    <span class="json-string" dir="auto">
      {JSON.stringify(value.slice(0, LONGEST_STRING))}…{' '}
      <button type="button" onClick={() => setWhole(true)}>
        all {value.length.toLocaleString('en-GB')} characters
      </button>
    </span>
  );
}
