import type { Operation } from '../operations.ts';
import { forkConversation, rewindConversation } from './branches.ts';
import {
  createConversation,
  deleteConversation,
  exportConversations,
  getConversation,
  getConversationUsage,
  listConversations,
  updateConversation,
} from './conversations.ts';
import {
  createConversationItems,
  deleteConversationItem,
  getConversationItem,
  listConversationItems,
} from './items.ts';
import {
  compactResponse,
  countInputTokens,
  cancelResponse,
  createResponse,
  deleteResponse,
  getModel,
  getResponse,
  listInputItems,
  listModels,
  listResponses,
} from './responses.ts';
import { getPrincipal } from './system.ts';
import { getConversationHealth, repairConversation } from './health.ts';
import { eraseConversations, restoreConversation } from './retention.ts';
import { searchConversations } from './search.ts';
import type { TaughtOperation } from './operation.ts';

const PUBLIC: TaughtOperation = { access: 'public', weight: 1 };

/** All operations that the fuzzer was taught, by their ids in the served document. */
export const TAUGHT: Readonly<Record<string, TaughtOperation>> = {
  createConversation,
  getConversation,
  updateConversation,
  deleteConversation,
  listConversations,
  exportConversations,
  getConversationUsage,
  forkConversation,
  rewindConversation,
  searchConversations,
  createConversationItems,
  listConversationItems,
  getConversationItem,
  deleteConversationItem,
  getConversationHealth,
  repairConversation,
  restoreConversation,
  eraseConversations,
  cancelResponse,
  createResponse,
  listResponses,
  getResponse,
  deleteResponse,
  listInputItems,
  compactResponse,
  countInputTokens,
  listModels,
  getModel,
  getServer: PUBLIC,
  getPrincipal,
  getHealth: PUBLIC,
  getReadiness: PUBLIC,
  getMetrics: PUBLIC,
  getOpenApiDocument: PUBLIC,
};

/** Returns the entry of an operation, which `assertTaught` has found complete. */
export function taught({ id }: Operation): TaughtOperation {
  const entry = Object.hasOwn(TAUGHT, id) ? TAUGHT[id] : undefined;
  if (entry === undefined) throw new Error(`${id} was not checked by assertTaught`);
  return entry;
}
