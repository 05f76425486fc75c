import { useMemo } from 'preact/hooks';
import { Code } from '../text/code.tsx';
import { JsonChildren } from '../text/json-tree.tsx';
import { bytes } from '../text/numbers.ts';
import { Disclosure } from './disclosure.tsx';
import { list, parsed, textOf } from './fields.ts';
import { Part } from './parts.tsx';

/** Values up to this many characters are open from the start. */
const SMALL = 240;

/** A field of an item under its name: JSON as a tree, parts as parts, anything else as text. */
export function Value({ name, value }: { readonly name: string; readonly value: unknown }) {
  const length = useMemo(() => lengthOf(value), [value]);
  if (length === 0) return <p class="quiet">No {name}.</p>;
  return (
    <Disclosure name={name} note={bytes(length)} isOpen={length <= SMALL} of={value}>
      <Opened name={name} value={value} />
    </Disclosure>
  );
}

function lengthOf(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return typeof value === 'string' ? value.length : JSON.stringify(value).length;
}

function Opened({ name, value }: { readonly name: string; readonly value: unknown }) {
  const tree = useMemo(() => (typeof value === 'string' ? parsed(value) : value), [value]);
  if (Array.isArray(value) && value.length > 0 && list(value).every(isPart)) {
    return list(value).map((part, index) => (
      <Part key={index} part={part} name={`${name} ${index}`} />
    ));
  }
  if (typeof tree === 'object' && tree !== null) {
    if (Object.keys(tree).length > 0) return <JsonChildren value={tree} path={name} />;
    return <p class="quiet">{JSON.stringify(tree)}</p>;
  }
  return <Code text={typeof value === 'string' ? value : JSON.stringify(value)} name={name} />;
}

function isPart(part: Readonly<Record<string, unknown>>): boolean {
  return textOf(part['type']) !== '';
}
