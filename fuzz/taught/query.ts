/** Drafts of query parameters that several operations share. */

import { METADATA_KEYS, METADATA_VALUES } from '../plain-values.ts';
import type { QueryDraft } from './operation.ts';

const INCLUDES = [
  'file_search_call.results',
  'message.output_text.logprobs',
  'reasoning.encrypted_content',
];

export const limit: QueryDraft = ({ random }) => ['limit', String(random.pick([1, 2, 3, 20, 100]))];

export const order: QueryDraft = ({ random }, { schema }) => [
  'order',
  String(random.pick(schema.enum ?? ['asc'])),
];

export const include: QueryDraft = ({ random }) => ['include[]', random.pick(INCLUDES)];

export const metadata: QueryDraft = ({ random }) => [
  `metadata[${random.pick(METADATA_KEYS)}]`,
  random.pick(METADATA_VALUES),
];

export const itemCursor: QueryDraft = ({ random, conversation, values }, { name }) => [
  name,
  values.itemId(random, conversation),
];

export const conversationCursor: QueryDraft = ({ random, caller, values }, { name }) => [
  name,
  values.conversation(random, caller).id,
];

export const creationTime: QueryDraft = ({ random, values }, { name }) => [
  name,
  String(values.second(random)),
];
