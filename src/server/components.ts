import type { Authorizer } from '../access/policy/authorizer.ts';
import type { AuditTrail } from '../service/audit.ts';
import type { ConversationHealth } from '../service/conversations/health.ts';
import type { Feeds } from '../service/feed/feeds.ts';
import type { Indexer } from '../service/search/indexer.ts';
import type { Jobs } from '../service/jobs/jobs.ts';
import type { Models } from '../service/models/models.ts';
import type { Contexts } from '../service/responses/contexts.ts';
import type { KeyedResponses } from '../service/idempotency/keyed-responses.ts';
import type { Responses } from '../service/responses/responses.ts';
import type { Store } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { HttpOptions } from '../wire/http/server.ts';

/** Components that the listeners of a server share. */
export interface Components {
  readonly store: Store;
  readonly telemetry: Telemetry;
  readonly authorizer: Authorizer;
  readonly models: Models;
  readonly responses: Responses;
  readonly contexts: Contexts;
  readonly health: ConversationHealth;
  readonly keyedResponses: KeyedResponses;
  /** `undefined` when the server has no change feed. */
  readonly feeds: Feeds | undefined;
  readonly indexer: Indexer;
  readonly jobs: Jobs;
  readonly audit: AuditTrail | undefined;
  /** `undefined` when the server has no console. */
  readonly site: HttpOptions['site'];
  readonly state: { isClosing: boolean };
  readonly onServerError: HttpOptions['onServerError'];
}
