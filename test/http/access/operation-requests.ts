import { servedOperations, type ServedOperation } from '../../support/operations.ts';

/** Ids of what one caller owns. */
export interface Target {
  readonly conversation: string;
  /** An item of the conversation. */
  readonly item: string;
  /** A response in the conversation. */
  readonly response: string;
  /** A response without a conversation. */
  readonly loneResponse: string;
  /** The output of that response. */
  readonly loneItem: string;
}

/** Parts of a request that the path of its operation does not have. */
interface RequestParts {
  readonly query?: (target: Target) => string;
  readonly body?: (target: Target) => unknown;
  /** Status of the answer to a caller that may not read the target; left out for 404. */
  readonly status?: number;
}

/** Parts of a request for a response, which names the target in these fields. */
function responseNaming(fields: (target: Target) => object, status = 404): RequestParts {
  return { body: (target) => ({ model: 'small', input: 'x', ...fields(target) }), status };
}

function reference(id: string) {
  return [{ type: 'item_reference', id }];
}

const message = { role: 'user', content: 'x' };

/** Requests that have a model read what they name. */
const READING: readonly RequestParts[] = [
  responseNaming(({ conversation }) => ({ conversation })),
  responseNaming(({ response }) => ({ previous_response_id: response }), 400),
  responseNaming(({ loneResponse }) => ({ previous_response_id: loneResponse }), 400),
  responseNaming(({ item }) => ({ input: reference(item) })),
];

/**
 * Requests of each operation that need credentials, by `operationId`. Each names the target, in its path or
 * here, and must be answered to a caller that may not read the target as if that did not exist. Operations that can
 * name no target have no requests.
 */
const REQUESTS: Readonly<Record<string, readonly RequestParts[]>> = {
  listConversations: [
    { query: ({ conversation }) => `?after=${conversation}` },
    { query: ({ conversation }) => `?before=${conversation}` },
  ],
  createConversation: [
    { body: ({ item }) => ({ items: reference(item) }) },
    { body: ({ loneItem }) => ({ items: reference(loneItem) }) },
  ],
  // Groups that the caller may not read are left out, and none is named by an id that is looked up.
  getConversationUsage: [],
  // What it sends belongs to what the caller may read; test/http/feed/access.test.ts holds that.
  streamEvents: [],
  streamConversationEvents: [{}, { query: () => '?after=x', status: 400 }],
  // As in a list, what the caller may not read is left out.
  exportConversations: [],
  // A query that is the id of an item is part of the answer: test/http/search/access.test.ts has it.
  searchConversations: [
    {
      body: ({ conversation }) => ({ query: 'x', filters: { conversation_id: conversation } }),
      status: 200,
    },
  ],
  getConversation: [{}],
  updateConversation: [{ body: () => ({ metadata: { hacked: 'yes' } }) }],
  deleteConversation: [{}],
  forkConversation: [
    {},
    { body: ({ item }) => ({ after: item }) },
    { body: ({ item }) => ({ items: reference(item) }) },
  ],
  rewindConversation: [
    { body: ({ item }) => ({ before: item }) },
    { body: ({ item }) => ({ after: item, items: reference(item) }) },
  ],
  createConversationItems: [
    { body: () => ({ items: [message] }) },
    { body: ({ item }) => ({ items: reference(item) }) },
  ],
  listConversationItems: [{}, { query: ({ item }) => `?after=${item}` }],
  getConversationItem: [{}],
  deleteConversationItem: [{}],
  getConversationHealth: [{}],
  restoreConversation: [{}],
  // What the caller may not delete does not match, and no id is in the request.
  eraseConversations: [],
  repairConversation: [{}, { body: () => ({ dry_run: true }) }],
  listResponses: [
    { query: ({ conversation }) => `?conversation=${conversation}` },
    { query: ({ conversation, response }) => `?conversation=${conversation}&after=${response}` },
  ],
  createResponse: [
    responseNaming(({ conversation }) => ({ conversation })),
    responseNaming(({ conversation }) => ({ conversation, stream: true })),
    responseNaming(({ conversation: id }) => ({ conversation: { id } })),
    responseNaming(({ conversation }) => ({ conversation, store: false })),
    responseNaming(({ response }) => ({ previous_response_id: response }), 400),
    responseNaming(({ response }) => ({ previous_response_id: response, stream: true }), 400),
    responseNaming(({ loneResponse }) => ({ previous_response_id: loneResponse }), 400),
    responseNaming(({ loneResponse: id }) => ({ previous_response_id: id, store: false }), 400),
    responseNaming(({ item }) => ({ input: reference(item) })),
    responseNaming(({ loneItem }) => ({ input: reference(loneItem), store: false })),
    responseNaming(({ conversation }) => ({ conversation, background: true })),
    responseNaming(({ response: id }) => ({ previous_response_id: id, background: true }), 400),
    responseNaming(({ loneResponse: id }) => ({ previous_response_id: id, background: true }), 400),
  ],
  getResponse: [{}, { query: () => '?stream=true' }],
  deleteResponse: [{}],
  cancelResponse: [{}],
  listInputItems: [{}, { query: ({ item }) => `?after=${item}` }],
  compactResponse: READING,
  countInputTokens: READING,
  getPrincipal: [],
  listModels: [],
  getModel: [],
};

/** A request about a target that is not the caller's. */
export interface OperationRequest {
  /** Name of the request in test titles. */
  readonly name: string;
  readonly method: string;
  readonly path: (target: Target) => string;
  readonly body: (target: Target) => unknown;
  /** Status of the answer to a caller that may not read the target. */
  readonly status: number;
}

/** Every operation that the server documents. */
export const OPERATIONS: readonly ServedOperation[] = await servedOperations();

/** Operations that have requests here. */
export const TAUGHT_OPERATIONS: readonly string[] = Object.keys(REQUESTS);

/** All requests of all operations that need credentials. */
export const OPERATION_REQUESTS: readonly OperationRequest[] = OPERATIONS.flatMap((operation) =>
  (REQUESTS[operation.id] ?? []).map((parts, index) => ({
    name: `${operation.id} (${index + 1})`,
    method: operation.method,
    path: (target) =>
      operation.template
        .replace('{conversation_id}', target.conversation)
        .replace('{item_id}', target.item)
        .replace('{response_id}', target.response) + (parts.query?.(target) ?? ''),
    body: (target) => parts.body?.(target),
    status: parts.status ?? 404,
  })),
);
