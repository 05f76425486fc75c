import { COMPACTION_PARAMETERS } from '../../src/contract/responses/compaction.ts';
import { INPUT_TOKENS_PARAMETERS } from '../../src/contract/responses/input-tokens.ts';
import { PARAMETERS } from '../../src/contract/responses/parameters/table.ts';
import { assertThat } from '../mismatch.ts';
import { asList } from '../pages.ts';
import type { PrivateOperation } from './operation.ts';
import {
  conversationCursor,
  creationTime,
  hasSeveral,
  isAboveMaximum,
  itemBytes,
  itemPosition,
  limit,
  order,
  pageInclude,
  responseExclude,
  responseInclude,
} from './query.ts';

/** The server of a run has no model server, so that no response is ever made. */
const NO_MODEL_SERVER = 503;

const NEVER_SERVED: Pick<PrivateOperation, 'neverSucceeds' | 'accept'> = {
  neverSucceeds: true,
  accept: () => assertThat(false, () => 'a response was served that was never made'),
};

export const createResponse: PrivateOperation = {
  access: 'private',
  weight: 3,
  path: [],
  query: {},
  headers: ['x-colloquy-when-busy', 'Idempotency-Key', 'x-colloquy-fingerprint'],
  body: {
    fields: Object.keys(PARAMETERS),
    make: () => ({ model: 'none', input: 'Hello' }),
  },
  expect: () => NO_MODEL_SERVER,
  ...NEVER_SERVED,
};

export const compactResponse: PrivateOperation = {
  access: 'private',
  weight: 1,
  path: [],
  query: {},
  body: {
    fields: [...COMPACTION_PARAMETERS.names],
    make: () => ({ model: 'none', input: 'Hello' }),
  },
  expect: (_model, caller) => (caller.isAuditor ? 403 : NO_MODEL_SERVER),
  ...NEVER_SERVED,
};

export const countInputTokens: PrivateOperation = {
  access: 'private',
  weight: 1,
  path: [],
  query: {},
  body: {
    fields: [...INPUT_TOKENS_PARAMETERS.names, ...Object.keys(INPUT_TOKENS_PARAMETERS.ignored)],
    make: () => ({ model: 'none', input: 'Hello' }),
  },
  expect: () => NO_MODEL_SERVER,
  ...NEVER_SERVED,
};

export const listResponses: PrivateOperation = {
  access: 'private',
  weight: 8,
  path: [],
  query: {
    conversation: conversationCursor,
    limit,
    order,
    after: () => ['after', 'resp_never'],
    before: () => ['before', 'resp_never'],
    position: ({ random }) => ['position', String(random.below(9))],
    include: responseInclude,
    exclude: responseExclude,
  },
  expect: (model, caller, { operation, query }) => {
    const [id] = query?.get('conversation') ?? [];
    const isBad = id === undefined || isAboveMaximum(operation, query);
    if (isBad || hasSeveral(query, 'after', 'before', 'position')) return 400;
    const isPlaced = query?.has('after') === true || query?.has('before') === true;
    return !isPlaced && model.read(caller, id) !== undefined;
  },
  accept: ({ body }) => {
    if (body === undefined) return;
    assertThat(asList(body).data.length === 0, () => 'a response was listed that was never made');
  },
};

export const getResponse: PrivateOperation = {
  access: 'private',
  weight: 2,
  path: ['response_id'],
  query: {
    include: responseInclude,
    exclude: responseExclude,
    stream: ({ random }) => ['stream', String(random.chance(0.5))],
    starting_after: ({ random }) => ['starting_after', String(random.below(9))],
    include_obfuscation: () => ['include_obfuscation', 'true'],
  },
  expect: () => false,
  ...NEVER_SERVED,
};

export const deleteResponse: PrivateOperation = {
  access: 'private',
  weight: 1,
  path: ['response_id'],
  query: {},
  expect: () => false,
  ...NEVER_SERVED,
};

export const cancelResponse: PrivateOperation = {
  access: 'private',
  weight: 1,
  path: ['response_id'],
  query: {},
  expect: () => false,
  ...NEVER_SERVED,
};

export const listInputItems: PrivateOperation = {
  access: 'private',
  weight: 2,
  path: ['response_id'],
  query: {
    limit,
    order,
    after: () => ['after', 'msg_never'],
    include: pageInclude,
    before: () => ['before', 'msg_never'],
    position: itemPosition,
    created_after: creationTime,
    max_item_bytes: itemBytes,
  },
  expect: (_model, _caller, { operation, query }) =>
    isAboveMaximum(operation, query) ||
    hasSeveral(query, 'after', 'before', 'position') ||
    hasSeveral(query, 'position', 'created_after')
      ? 400
      : false,
  ...NEVER_SERVED,
};

export const listModels: PrivateOperation = {
  access: 'private',
  weight: 4,
  path: [],
  query: {},
  expect: () => true,
  accept: ({ body }) => {
    if (body === undefined) return;
    assertThat(asList(body).data.length === 0, () => 'a model was listed without a model server');
  },
};

export const getModel: PrivateOperation = {
  access: 'private',
  weight: 1,
  path: ['model_id'],
  query: {},
  expect: () => false,
  ...NEVER_SERVED,
};
