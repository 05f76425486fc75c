/** Drafts of query parameters that several operations share. */

import { METADATA_KEYS, METADATA_VALUES } from '../plain-values.ts';
import type { Meaning } from '../meaning.ts';
import type { Operation } from '../operations.ts';
import type { QueryDraft } from './operation.ts';

const INCLUDES = [
  'file_search_call.results',
  'message.output_text.logprobs',
  'reasoning.encrypted_content',
];

/** Also draws the maximum, an empty limit, which counts as absent, and seldom one above the maximum. */
export const limit: QueryDraft = ({ random }, { schema: { maximum = 100 } }) => [
  'limit',
  String(random.pick([1, 2, 3, 20, random.pick([maximum, '', maximum + 1])])),
];

export function isAboveMaximum(operation: Operation | undefined, query: Meaning['query']): boolean {
  const parameter = operation?.parameters.find(({ name }) => name === 'limit');
  return Number(query?.get('limit')?.[0] ?? 0) > (parameter?.schema.maximum ?? Infinity);
}

export const order: QueryDraft = ({ random }, { schema }) => [
  'order',
  String(random.pick(schema.enum ?? ['asc'])),
];

/** Checks whether more than one of these parameters is given. */
export function hasSeveral(query: Meaning['query'], ...names: readonly string[]): boolean {
  return names.filter((name) => query?.has(name) === true).length > 1;
}

export const include: QueryDraft = ({ random }) => [
  random.pick(['include[]', 'include', 'include[0]']),
  random.pick(INCLUDES),
];

export const responseInclude: QueryDraft = ({ random }) => [
  'include[]',
  random.pick(['report', ...INCLUDES]),
];

export const responseExclude: QueryDraft = ({ random }) => [
  'exclude[]',
  random.pick(['output', 'instructions', 'tools']),
];

export const metadata: QueryDraft = ({ random }) => [
  `metadata[${random.pick(METADATA_KEYS)}]`,
  random.pick(METADATA_VALUES),
];

export const metadataKey: QueryDraft = ({ random }) => [
  random.pick(['metadata_key[]', 'metadata_key']),
  random.pick(METADATA_KEYS.filter((key) => key !== '')),
];

export const owner: QueryDraft = ({ random, caller }) => [
  'owner',
  random.pick([caller?.name ?? 'anonymous', 'nobody']),
];

export const conversationId: QueryDraft = ({ random, caller, values }) => [
  random.pick(['conversation_id[]', 'conversation_id']),
  values.conversation(random, caller).id,
];

export const conversationInclude: QueryDraft = ({ random }) => [
  random.pick(['include[]', 'include', 'include[0]']),
  random.pick(['owner', 'item_count', 'last_item_at', 'permissions']),
];

export const itemCursor: QueryDraft = ({ random, conversation, values }, { name }) => [
  name,
  values.itemId(random, conversation),
];

export const itemPosition: QueryDraft = ({ random, conversation }, { name }) => [
  name,
  String(random.below(2 + (conversation?.items.length ?? 0))),
];

export const itemBytes: QueryDraft = ({ random }, { name }) => [
  name,
  String(random.pick([1, 100, 150, 1_000_000])),
];

export const pageInclude: QueryDraft = (context, parameter) =>
  context.random.chance(0.3) ? ['include[]', 'placement'] : include(context, parameter);

export const conversationCursor: QueryDraft = ({ random, caller, values }, { name }) => [
  name,
  values.conversation(random, caller).id,
];

export const creationTime: QueryDraft = ({ random, values }, { name }) => [
  name,
  String(values.second(random)),
];
