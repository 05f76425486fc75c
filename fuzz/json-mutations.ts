/** Changes to JSON: to its values, and to its text. */

import { isJsonObject } from '../src/base/json-object.ts';
import { nested, oddString, oddValue } from './odd-values.ts';
import type { Random } from './random.ts';

/** Returns the value with one change inside it. */
export function mutateValue(random: Random, value: unknown): unknown {
  const isInner = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isInner || random.chance(0.15)) return changed(random, value);
  if (Array.isArray(value)) return mutateArray(random, value);
  return isJsonObject(value) ? mutateObject(random, value) : value;
}

function changed(random: Random, value: unknown): unknown {
  switch (random.weighted({ odd: 4, nested: 1, text: 1, array: 1, twice: 1 })) {
    case 'odd':
      return oddValue(random);
    case 'nested':
      return nested(random, value);
    case 'text':
      return JSON.stringify(value);
    case 'array':
      return [value];
    case 'twice':
      return typeof value === 'string' ? value + value : [value, value];
  }
}

function mutateArray(random: Random, list: readonly unknown[]): unknown[] {
  const at = random.below(list.length);
  switch (random.weighted({ inside: 6, drop: 1, duplicate: 1, reverse: 0.5, many: 0.3 })) {
    case 'inside':
      return list.with(at, mutateValue(random, list[at]));
    case 'drop':
      return list.toSpliced(at, 1);
    case 'duplicate':
      return list.toSpliced(at, 0, list[at]);
    case 'reverse':
      return list.toReversed();
    case 'many':
      return random.list(random.pick([19, 20, 21, 300, 1_001]), () => list[at]);
  }
}

function mutateObject(random: Random, object: Readonly<Record<string, unknown>>): unknown {
  const entries = Object.entries(object);
  const at = random.below(entries.length);
  const [name, value] = entries[at] ?? ['', null];
  switch (random.weighted({ inside: 7, drop: 1, rename: 1, add: 1, null: 1, many: 0.1 })) {
    case 'inside':
      return Object.fromEntries(entries.with(at, [name, mutateValue(random, value)]));
    case 'drop':
      return Object.fromEntries(entries.toSpliced(at, 1));
    case 'rename':
      return Object.fromEntries(entries.with(at, [renamed(random, name), value]));
    case 'add':
      return Object.fromEntries([...entries, [oddString(random), oddValue(random)]]);
    case 'null':
      return Object.fromEntries(entries.with(at, [name, null]));
    case 'many': {
      const count = random.pick([17, 1_000, 9_999, 10_001]);
      const many = Array.from({ length: count }, (_, index) => [`k${index}`, 'v']);
      return Object.fromEntries([...entries, ...many]);
    }
  }
}

function renamed(random: Random, name: string): string {
  return random.pick([name.toUpperCase(), `${name}s`, `${name} `, `_${name}`, name.slice(1)]);
}

const INSERTED = [
  ',',
  ']',
  '}',
  '[',
  '{',
  '"',
  '\\',
  ':',
  'NaN',
  '1e999',
  '-',
  '//x\n',
  ' ',
  '\u0000',
  '\\ud800',
  '\\u0000',
  '9'.repeat(400),
  '"items":[],',
  '"metadata":{"a":"b"},',
  '"id":"msg_a",',
];

/** Returns the bytes with one change. */
export function mutateBytes(random: Random, body: Buffer): Buffer {
  const at = random.below(body.length + 1);
  const kind = random.weighted({ cut: 2, insert: 5, byte: 3, replace: 1, mark: 0.5, space: 0.5 });
  const [before, after] = [body.subarray(0, at), body.subarray(at)];
  switch (kind) {
    case 'cut':
      return before;
    case 'insert':
      return Buffer.concat([before, Buffer.from(random.pick(INSERTED)), after]);
    case 'byte':
      return Buffer.concat([before, Buffer.from([random.below(256)]), after.subarray(1)]);
    case 'replace':
      return Buffer.from(random.pick(['', ' ', 'null', '[]', '"x"', '0', '{}', '[[', '{"items"']));
    case 'mark':
      return Buffer.concat([Buffer.from('\ufeff'), body]);
    case 'space':
      return Buffer.concat([Buffer.from(' \r\n\t'), body, Buffer.from('\n\n')]);
  }
}
