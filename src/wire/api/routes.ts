import type { ItemContract } from '../../contract/items/contract.ts';
import type { Branches } from '../../service/branches/branches.ts';
import type { ConversationHealth } from '../../service/conversations/health.ts';
import type { Conversations } from '../../service/conversations/conversations.ts';
import type { Route } from '../http/route.ts';
import { createConversation } from './conversations/create-conversation.ts';
import { createConversationItems } from './conversations/create-conversation-items.ts';
import { deleteConversation } from './conversations/delete-conversation.ts';
import { deleteConversationItem } from './conversations/delete-conversation-item.ts';
import { streamConversationEvents } from './events/stream-conversation-events.ts';
import { streamEvents } from './events/stream-events.ts';
import { exportConversations } from './conversations/export-conversations.ts';
import { forkConversation } from './conversations/fork-conversation.ts';
import { getConversation } from './conversations/get-conversation.ts';
import { getConversationHealth } from './conversations/get-conversation-health.ts';
import { getConversationItem } from './conversations/get-conversation-item.ts';
import { getConversationUsage } from './conversations/get-conversation-usage.ts';
import { listConversationItems } from './conversations/list-conversation-items.ts';
import { listConversations } from './conversations/list-conversations.ts';
import { repairConversation } from './conversations/repair-conversation.ts';
import { rewindConversation } from './conversations/rewind-conversation.ts';
import { absentSearch, searchConversations } from './conversations/search-conversations.ts';
import { updateConversation } from './conversations/update-conversation.ts';
import type { Authentication } from './openapi/security.ts';
import type { Models } from '../../service/models/models.ts';
import type { Contexts } from '../../service/responses/contexts.ts';
import type { KeyedResponses } from '../../service/idempotency/keyed-responses.ts';
import type { Responses } from '../../service/responses/responses.ts';
import { getModel } from './models/get-model.ts';
import { listModels } from './models/list-models.ts';
import { compactResponse } from './responses/compact-response.ts';
import { countInputTokens } from './responses/count-input-tokens.ts';
import { cancelResponse } from './responses/cancel-response.ts';
import { createResponse } from './responses/create-response.ts';
import { deleteResponse } from './responses/delete-response.ts';
import { getResponse } from './responses/get-response.ts';
import { listInputItems } from './responses/list-input-items.ts';
import { listResponses } from './responses/list-responses.ts';
import type { Feeds } from '../../service/feed/feeds.ts';
import type { Search } from '../../service/search/search.ts';
import type { Usage } from '../../service/usage/usage.ts';
import type { Erasures } from '../../service/retention/erasures.ts';
import type { Trash } from '../../service/retention/trash.ts';
import { eraseConversations } from './retention/erase-conversations.ts';
import { restoreConversation } from './retention/restore-conversation.ts';
import { getHealth } from './system/get-health.ts';
import { getMetrics } from './system/get-metrics.ts';
import { getOpenApiDocument } from './system/get-open-api-document.ts';
import { getPrincipal } from './system/get-principal.ts';
import { getReadiness, type Readiness } from './system/get-readiness.ts';
import { getServer, type ServerFacts } from './system/get-server.ts';
import type { Exports } from '../../service/archive/selected.ts';
import type { Callers } from '../../service/callers/callers.ts';

export interface ApiOptions extends ServerFacts {
  readonly conversations: Conversations;
  readonly branches: Branches;
  readonly health: ConversationHealth;
  readonly usage: Usage;
  /** `undefined` when this server has no change feed. */
  readonly feeds: Feeds | undefined;
  /** `undefined` when this server does not search. */
  readonly search: Search | undefined;
  readonly trash: Trash;
  readonly erasures: Erasures;
  /** Items as this server takes, serves and documents them. */
  readonly items: ItemContract;
  /** Answer to the deletion of an item: OpenAI's conversation, or the object that Llama Stack's clients expect. */
  readonly dialect: 'openai' | 'llama-stack';
  /** Authentication, as the OpenAPI document describes it. */
  readonly auth: Authentication;
  readonly callers: Callers;
  readonly exports: Exports;
  readonly responses: Responses;
  readonly contexts: Contexts;
  readonly keyedResponses: KeyedResponses;
  readonly models: Models;
  readonly readiness: () => Promise<Readiness>;
  /** Returns the metrics' text; `undefined` when this server does not serve metrics. */
  readonly metricsText: (() => Promise<string>) | undefined;
}

/** Returns every route of the API, in the order of the OpenAPI document. */
export function apiRoutes(options: ApiOptions): readonly Route[] {
  const { conversations, health, usage, responses, contexts, models, items } = options;
  const {
    branches,
    feeds,
    search,
    limits,
    dialect,
    keyedResponses,
    auth,
    version,
    readiness,
    metricsText,
  } = options;
  const routes: readonly Route[] = [
    listConversations(conversations, limits),
    createConversation(conversations, items, limits),
    getConversationUsage(usage, limits),
    exportConversations(options.exports),
    ...(search === undefined ? [] : [searchConversations(search, items)]),
    eraseConversations(options.erasures),
    getConversation(conversations),
    updateConversation(conversations),
    deleteConversation(conversations),
    forkConversation(branches, items, limits),
    rewindConversation(branches, items, limits),
    createConversationItems(conversations, items, limits),
    listConversationItems(conversations, items, limits),
    getConversationItem(conversations, items),
    deleteConversationItem(conversations, dialect),
    getConversationHealth(health),
    repairConversation(health),
    ...(feeds === undefined ? [] : [streamEvents(feeds), streamConversationEvents(feeds)]),
    restoreConversation(options.trash),
    listResponses(responses, items, limits),
    createResponse(keyedResponses, responses, items),
    getResponse(responses, items),
    deleteResponse(responses),
    cancelResponse(responses, items),
    listInputItems(responses, items, limits),
    compactResponse(contexts, items),
    countInputTokens(contexts, items),
    listModels(models),
    getModel(models),
    ...(metricsText === undefined ? [] : [getMetrics(metricsText)]),
    getServer(options),
    getPrincipal(options.callers),
    getHealth(version),
    getReadiness(readiness),
    getOpenApiDocument(() => routes, { version, auth }),
  ];
  return search === undefined ? [...routes, absentSearch()] : routes;
}
