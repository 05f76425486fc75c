import type { Authorizer } from '../access/policy/authorizer.ts';
import { resourceToCreate, type Decision } from '../access/policy/decide.ts';
import type { Action } from '../access/policy/rule.ts';
import type { Principal } from '../access/principal.ts';
import type { StopReason } from '../observe/observer.ts';
import type { ConversationReader } from '../store/conversations/port.ts';

/** A request as the audit trail sees it. */
export interface AuditedRequest {
  readonly requestId: string;
  readonly principal: Principal;
  readonly operation: string;
  /** Actions that the policy must all allow. The first is the operation's own. */
  readonly actions: readonly [Action, ...Action[]];
  /** `undefined` when the request names no conversation. */
  readonly conversationId: string | undefined;
}

const MAX_RESOURCE_LENGTH = 100;

type Outcome = 'done' | 'denied' | 'absent' | 'refused' | 'failed' | StopReason;

/** Writes a line. Throws when it cannot be written, or calls `onLost` later. */
type WriteLine = (line: string, onLost: (error: unknown) => void) => void;

/** Writes one JSON line for each request that changes something or is denied. It has no access to items. */
export class AuditTrail {
  readonly #store: Pick<ConversationReader, 'getResource'>;
  readonly #authorizer: Authorizer;
  readonly #write: WriteLine;
  readonly #onLost: (error: Error, requestId: string) => void;

  /** `onLost` receives each line that could not be written, with the id of its request. */
  constructor(
    store: Pick<ConversationReader, 'getResource'>,
    authorizer: Authorizer,
    write: WriteLine,
    onLost: (error: Error, requestId: string) => void,
  ) {
    this.#store = store;
    this.#authorizer = authorizer;
    this.#write = write;
    this.#onLost = onLost;
  }

  /**
   * Resolves with the policy's decision on a request: the first refusal, or the decision on the first action. With
   * `undefined` when the conversation does not exist, or the request names none. To be called before the request
   * runs, since a deletion leaves nothing to look up.
   */
  async decision(request: AuditedRequest): Promise<Decision | undefined> {
    const { principal, actions, conversationId } = request;
    const { tenant } = principal;
    const resource =
      actions[0] === 'create'
        ? resourceToCreate(principal)
        : conversationId === undefined
          ? null
          : await this.#store.getResource({ tenant, conversationId });
    if (resource === null) return undefined;
    const decisions = actions.map((action) => this.#authorizer.decide(principal, action, resource));
    return decisions.find(({ allowed }) => !allowed) ?? decisions[0];
  }

  /** Records the end of a request: the HTTP status of its answer, or the reason for which it was stopped. */
  record(request: AuditedRequest, decision: Decision | undefined, end: number | StopReason): void {
    const outcome = typeof end === 'number' ? outcomeOf(decision, end) : end;
    const [action] = request.actions;
    if (action === 'read' && outcome !== 'denied') return;
    const what = typeof end === 'number' ? `answered ${end}` : `stopped: ${end}`;
    this.#line(`${request.operation}, ${what}`, {
      request_id: request.requestId,
      tenant: request.principal.tenant,
      principal: request.principal.subject,
      operation: request.operation,
      action,
      resource: request.conversationId?.slice(0, MAX_RESOURCE_LENGTH) ?? null,
      outcome,
      rule: decision?.rule?.description ?? decision?.rule?.origin ?? null,
    });
  }

  /** Records that credentials were refused. `reason` never contains any of them. */
  recordRefusal(requestId: string, scheme: string, reason: string): void {
    this.#line('refused credentials', {
      request_id: requestId,
      principal: null,
      outcome: 'unauthenticated',
      scheme,
      reason,
    });
  }

  /** Writes a line. A line that is lost does not fail the request, which has been carried out already. */
  #line(what: string, entry: Readonly<Record<string, unknown>> & { request_id: string }): void {
    const lost = (error: unknown): void =>
      this.#onLost(new Error(`no audit line for ${what}`, { cause: error }), entry.request_id);
    try {
      this.#write(JSON.stringify({ time: new Date().toISOString(), ...entry }), lost);
    } catch (error) {
      lost(error);
    }
  }
}

function outcomeOf(decision: Decision | undefined, status: number): Outcome {
  if (status < 300) return 'done';
  if (status >= 500) return 'failed';
  if (decision !== undefined && !decision.allowed) return 'denied';
  return status === 404 ? 'absent' : 'refused';
}
