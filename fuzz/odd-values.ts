/** Values that are known to break servers. */

import type { Random } from './random.ts';

const STRINGS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff tail',
  'x\udc00\ud800y',
  '\ufeffmark',
  '\u202eright to left',
  '👩‍👩‍👧‍👦',
  'e\u0301',
  '\u2028\u2029',
  '\r\n\t\u0008\u001b[31m',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  '0',
  '-1',
  '1e999',
  '../../etc/passwd',
  '%',
  '%00',
  '%ED%A0%80',
  "'; DROP TABLE items; --",
  '\\',
  '"',
  '{"a":1}',
  '$1',
  'metadata[a]',
  'conv_',
  'msg_',
  'image_url',
  '"results":',
  'ﷺ',
  'K',
];
const NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.5,
  1e21,
  -1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 63),
  1e-7,
];

/** Returns a string of odd characters or of odd length. */
export function oddString(random: Random): string {
  if (random.chance(0.8)) return random.pick(STRINGS);
  const unit = random.pick(['a', 'é', '👍', '\u0000', '\ud800']);
  return unit.repeat(random.pick([63, 64, 65, 255, 511, 512, 513, 5_000]));
}

export function oddNumber(random: Random): number {
  return random.pick(NUMBERS);
}

/** Returns ordinary text, with characters of several scripts. */
export function text(random: Random): string {
  const words = ['hello', 'world', 'what', 'is', 'größe', '東京', 'да', '🙂', 'a b', '1.5', '\n'];
  return random.list(random.below(5), () => random.pick(words)).join(' ');
}

/** Returns any JSON value. */
export function oddValue(random: Random, depth = 0): unknown {
  const kind = random.weighted({
    text: 4,
    number: 3,
    boolean: 1,
    null: 2,
    array: depth < 3 ? 1.5 : 0,
    object: depth < 3 ? 2 : 0,
  });
  switch (kind) {
    case 'text':
      return random.chance(0.5) ? oddString(random) : text(random);
    case 'number':
      return oddNumber(random);
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    case 'array':
      return random.list(random.below(4), () => oddValue(random, depth + 1));
    case 'object':
      return Object.fromEntries(
        random.list(random.below(4), () => [oddString(random), oddValue(random, depth + 1)]),
      );
  }
}

/** Wraps a value in up to 400 arrays or objects. */
export function nested(random: Random, value: unknown): unknown {
  const levels = random.pick([1, 2, 10, 120, 127, 128, 129, 400]);
  const inArrays = random.chance(0.5);
  let result = value;
  for (let level = 0; level < levels; level += 1) result = inArrays ? [result] : { a: result };
  return result;
}
