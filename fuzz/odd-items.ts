/** Items that only other programs than OpenAI's make, or that no server may take. */

import { ITEM_SAMPLES, type ItemSample } from '../test/support/item-samples.ts';
import { REFUSED_TYPES } from './item-rules.ts';
import { oddString, oddValue } from './odd-values.ts';
import type { Random } from './random.ts';

const USABLE_IDS = [
  'call_1',
  '0',
  '-',
  '...',
  'größe',
  'a b',
  ' spaced ',
  '東京 🙂',
  'e\u0301',
  '\ufeffmark',
  '\u202eright to left',
  'a/b',
  '/',
  '../x',
  'items/msg_a',
  'a?b=c#d',
  '100%',
  '%',
  '%2e%2e',
  'a%2Fb',
  'a+b',
  'a;b',
  'a:b*c',
  `"'\\`,
  '{a}',
  '__proto__',
  'constructor',
  'x'.repeat(65),
  'x'.repeat(1_024),
  '🙂'.repeat(384),
];
/** Ids in place of which the server makes one, unless it is strict. */
const EMPTY_IDS = ['', '__fake_id__', null];
const UNUSABLE_IDS = [
  '.',
  '..',
  'a\u0000b',
  'a\nb',
  'a\u007f',
  '\u2028',
  '\ud800',
  'x'.repeat(1_025),
  '🙂'.repeat(385),
];

const USABLE_TYPES = [
  'future_call',
  'x',
  'a.b:c/d-E_9',
  '__proto__',
  'toString',
  'web_search_call_v2',
  'y'.repeat(64),
];
const UNUSABLE_TYPES = ['', ' ', 'a b', 'größe', 'y'.repeat(65), 'a\n', ...REFUSED_TYPES];
/** Types of hosted tools, of which a server that is not strict stores any item. */
const KEPT = ITEM_SAMPLES.filter(({ isChecked }) => !isChecked);

/** Returns an id of any program's making, seldom one that every server refuses. */
export function oddId(random: Random): string | null {
  switch (random.weighted({ usable: 8, empty: 2, unusable: 1 })) {
    case 'usable':
      return random.pick(USABLE_IDS);
    case 'empty':
      return random.pick(EMPTY_IDS);
    case 'unusable':
      return random.pick(UNUSABLE_IDS);
  }
}

/** Returns a text that matches a pattern of the document, which ids and types have. */
export function matching(random: Random, pattern: string): string {
  const expression = new RegExp(pattern, 'u');
  const fitting = [...USABLE_IDS, ...USABLE_TYPES, ...KEPT.map(({ type }) => type)].filter((text) =>
    expression.test(text),
  );
  return fitting.length === 0 ? oddString(random) : random.pick(fitting);
}

/** Returns an item of an unknown type, seldom one that every server refuses. */
export function itemOfOddType(random: Random): object {
  const fields = random.list(random.below(4), () => [oddString(random), oddValue(random)] as const);
  const type = random.pick(random.chance(0.9) ? USABLE_TYPES : UNUSABLE_TYPES);
  return { ...Object.fromEntries(fields), type, ...withSomeId(random) };
}

/** Returns an item of a hosted tool without one of its fields, or with an odd value in it. */
export function misfitItem(random: Random): object {
  const { type, sent } = random.pick<ItemSample>(KEPT);
  const entries = Object.entries(sent);
  const at = random.below(entries.length);
  const [name = 'x'] = entries[at] ?? [];
  const misfit = random.chance(0.5)
    ? entries.toSpliced(at, 1)
    : entries.with(at, [name, oddValue(random)]);
  return { type, ...Object.fromEntries(misfit), ...withSomeId(random) };
}

function withSomeId(random: Random): object {
  return random.chance(0.5) ? { id: `x_${random.below(20)}` } : {};
}
