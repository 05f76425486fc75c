import { servedOperations, type ServedOperation } from '../../support/operations.ts';

/** A conversation and one of its items. */
export interface Target {
  readonly conversation: string;
  readonly item: string;
}

/** Parts of a request that the path of its operation does not have. */
interface RequestParts {
  readonly query?: (target: Target) => string;
  readonly body?: (target: Target) => unknown;
}

const message = { role: 'user', content: 'x' };

/**
 * Requests of each operation that need credentials, by `operationId`. Each names the target, in its path or
 * here, and must be answered 404 to a caller that may not read the target.
 */
const REQUESTS: Readonly<Record<string, readonly RequestParts[]>> = {
  listConversations: [
    { query: ({ conversation }) => `?after=${conversation}` },
    { query: ({ conversation }) => `?before=${conversation}` },
  ],
  createConversation: [{ body: ({ item }) => ({ items: [{ type: 'item_reference', id: item }] }) }],
  getConversation: [{}],
  updateConversation: [{ body: () => ({ metadata: { hacked: 'yes' } }) }],
  deleteConversation: [{}],
  createConversationItems: [
    { body: () => ({ items: [message] }) },
    { body: ({ item }) => ({ items: [{ type: 'item_reference', id: item }] }) },
  ],
  listConversationItems: [{}, { query: ({ item }) => `?after=${item}` }],
  getConversationItem: [{}],
  deleteConversationItem: [{}],
};

/** A request about a target that is not the caller's. */
export interface OperationRequest {
  /** Name of the request in test titles. */
  readonly name: string;
  readonly method: string;
  readonly path: (target: Target) => string;
  readonly body: (target: Target) => unknown;
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
        .replace('{item_id}', target.item) + (parts.query?.(target) ?? ''),
    body: (target) => parts.body?.(target),
  })),
);
