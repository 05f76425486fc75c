import type { Authorizer } from '../access/policy/authorizer.ts';
import type { AuditTrail } from '../service/audit.ts';
import type { ConversationHealth } from '../service/conversations/health.ts';
import type { Counting } from '../service/counts/counting.ts';
import type { Job, Jobs } from '../service/jobs/jobs.ts';
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
  readonly counting: Counting;
  readonly jobs: Jobs;
  /** Deletes what is due. */
  readonly sweeping: Job;
  readonly audit: AuditTrail | undefined;
  readonly state: { isClosing: boolean };
  readonly onServerError: HttpOptions['onServerError'];
}
