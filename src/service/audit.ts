import type { Authorizer } from '../access/policy/authorizer.ts';
import { resourceToCreate, type Decision } from '../access/policy/decide.ts';
import type { Action } from '../access/policy/rule.ts';
import type { Principal } from '../access/principal.ts';
import type { StopReason } from '../observe/observer.ts';
import type { ConversationReader } from '../store/conversations/port.ts';

/** What somebody asked for. */
export interface AuditedRequest {
  readonly requestId: string;
  readonly principal: Principal;
  readonly operation: string;
  /** What the policy must all allow; the first names what was asked for. */
  readonly actions: readonly [Action, ...Action[]];
  /** Undefined where the request names no conversation. */
  readonly conversationId: string | undefined;
}

const LONGEST_RESOURCE = 100;

type Outcome = 'done' | 'denied' | 'absent' | 'refused' | 'failed' | StopReason;

/** Throws, or tells later, when the line could not be written. */
type WriteLine = (line: string, onLost: (error: unknown) => void) => void;

/** Writes one JSON line for each decision that changes something or denies it. Never sees an item. */
export class AuditTrail {
  readonly #store: Pick<ConversationReader, 'getResource'>;
  readonly #authorizer: Authorizer;
  readonly #write: WriteLine;
  readonly #onLost: (error: Error, requestId: string) => void;

  /** `onLost` is told of each line that could not be written, with the id of its request. */
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
   * What the policy says of a request, looked up before it runs, since a deletion leaves nothing to look
   * at: the first refusal, or what it says of the first action. Undefined: there is no such conversation, or the
   * request names none.
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
      resource: request.conversationId?.slice(0, LONGEST_RESOURCE) ?? null,
      outcome,
      rule: decision?.rule?.description ?? decision?.rule?.origin ?? null,
    });
  }

  /** Records credentials that were not taken. `reason` never has any of them in it. */
  recordRefusal(requestId: string, scheme: string, reason: string): void {
    this.#line('refused credentials', {
      request_id: requestId,
      principal: null,
      outcome: 'unauthenticated',
      scheme,
      reason,
    });
  }

  /** What is done is done, and its answer says so, whatever becomes of the line. */
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
