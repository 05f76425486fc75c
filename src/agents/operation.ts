/** Operations on a session's history, and the headers under which a server keeps them. */

import { hash } from 'node:crypto';
import {
  UserError,
  type SessionHistoryTransaction,
  type SessionHistoryTransactionArgs,
} from '@openai/agents';

/** Returns a copy that later changes by the caller do not reach. Throws a `UserError` for one that cannot be applied. */
export function snapshotOf(args: SessionHistoryTransactionArgs): SessionHistoryTransactionArgs {
  const { operationId, transaction } = args;
  if (typeof operationId !== 'string' || operationId.trim() === '') {
    throw new UserError('Session history transaction operationId must be a non-empty string.');
  }
  const snapshot = copyOf(transaction);
  if (!isTransaction(snapshot)) {
    throw new UserError('Unsupported session history transaction type.');
  }
  return { operationId, transaction: snapshot };
}

/**
 * Returns the headers of an operation. Its key is one of its conversation. The requests of a repetition may differ, as
 * when they name items that are gone: they are compared by the transaction.
 */
export function keyOf(
  conversationId: string,
  operationId: string,
  transaction: SessionHistoryTransaction,
): Record<string, string> {
  return {
    'Idempotency-Key': hash('sha256', JSON.stringify([conversationId, operationId])),
    'x-colloquy-fingerprint': hash('sha256', JSON.stringify(transaction, inOrder)),
  };
}

function copyOf(transaction: SessionHistoryTransaction): unknown {
  try {
    return structuredClone(transaction);
  } catch (error) {
    throw new UserError(
      `Session history transaction items contain invalid or unsupported data: ${String(error)}`,
    );
  }
}

function isTransaction(value: unknown): value is SessionHistoryTransaction {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const lists = LISTS[String(value.type)];
  // Sound: the lists are looked up by name.
  return lists?.every((name) => Array.isArray((value as Record<string, unknown>)[name])) ?? false;
}

const LISTS: Readonly<Record<string, readonly string[]>> = {
  append_items: ['items'],
  replace_suffix: ['expectedSuffix', 'replacement'],
};

/** Has `JSON.stringify` write the fields of an object in the order of their names. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
