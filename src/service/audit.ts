import type { Authorizer } from '../access/policy/authorizer.ts';
import { resourceToCreate, type Decision } from '../access/policy/decide.ts';
import type { Principal } from '../access/principal.ts';
import type { StopReason } from '../observe/observer.ts';
import { ALL } from '../base/row-filter.ts';
import type {
  ConversationKey,
  ConversationReader,
  ResourceRecord,
} from '../store/conversations/port.ts';
import type { FindResponseParams, ResponseRecord } from '../store/responses/port.ts';
import type {
  Demand,
  AuditedRequest,
  AuditedToolCall,
  AuditedSweep,
  AuditedErasure,
  AuditedHold,
  Place,
} from './audited.ts';

export type * from './audited.ts';

/** The readers of the store that the audit trail has. */
interface AuditedStore {
  readonly conversations: Pick<ConversationReader, 'getResource'>;
  readonly responses: {
    find(params: FindResponseParams): Promise<FoundResponse | null>;
  };
  readonly background: {
    find(params: FindResponseParams): Promise<ConversationKey | null>;
  };
}

type FoundResponse = Pick<ResponseRecord, 'conversationId' | 'isHidden' | 'isNewest'>;

interface Found {
  readonly resource: ResourceRecord;
  /** Whether a response can be continued where it is. */
  readonly isOpen: boolean;
}

const MAX_RESOURCE_LENGTH = 100;

type Outcome = 'done' | 'denied' | 'absent' | 'refused' | 'failed' | StopReason;

/** Writes a line. Throws when it cannot be written, or calls `onLost` later. */
type WriteLine = (line: string, onLost: (error: unknown) => void) => void;

interface AuditTrailParams {
  readonly store: AuditedStore;
  readonly authorizer: Authorizer;
  readonly write: WriteLine;
  /** Receives each line that could not be written, with the id of its request. */
  readonly onLost: (error: Error, requestId: string) => void;
  /** Writes lines for reads too. */
  readonly recordsReads: boolean;
}

/**
 * Writes one JSON line for each request that changes something, exports or is denied, and for reads where they are
 * asked for. It has no access to items.
 */
export class AuditTrail {
  readonly #store: AuditedStore;
  readonly #authorizer: Authorizer;
  readonly #write: WriteLine;
  readonly #onLost: (error: Error, requestId: string) => void;
  readonly #recordsReads: boolean;

  constructor({ store, authorizer, write, onLost, recordsReads }: AuditTrailParams) {
    this.#store = store;
    this.#authorizer = authorizer;
    this.#write = write;
    this.#onLost = onLost;
    this.#recordsReads = recordsReads;
  }

  /**
   * Resolves with the policy's decision on a request: the first refusal, or the decision on the first demand. With
   * `undefined` when a conversation or response does not exist, or nothing is demanded. To be called before the
   * request runs, since a deletion leaves nothing to look up.
   */
  async decision(request: AuditedRequest): Promise<Decision | undefined> {
    const { principal, demands } = request;
    const found = new Map<string, Promise<Found | undefined>>();
    const decisions: Decision[] = [];
    for (const demand of demands) {
      if (demand.action === 'create') {
        decisions.push(this.#creation(principal));
        continue;
      }
      const id = 'responseId' in demand ? demand.responseId : demand.conversationId;
      const known = found.get(id) ?? this.#find(principal, demand);
      found.set(id, known);
      const place = await known;
      if (place === undefined) return undefined;
      decisions.push(this.#decide(principal, demand.action, place));
    }
    return decisions.find(({ allowed }) => !allowed) ?? decisions[0];
  }

  #decide(
    principal: Principal,
    action: Exclude<Demand['action'], 'create'>,
    { resource, isOpen }: Found,
  ): Decision {
    if (action !== 'continue') return this.#authorizer.decide(principal, action, resource);
    const update = this.#authorizer.decide(principal, 'update', resource);
    return isOpen && update.allowed ? update : this.#creation(principal);
  }

  #creation(principal: Principal): Decision {
    return this.#authorizer.decide(principal, 'create', resourceToCreate(principal));
  }

  async #find({ tenant }: Principal, place: Place): Promise<Found | undefined> {
    const response =
      'responseId' in place
        ? await this.#findResponse({ tenant, responseId: place.responseId, access: ALL })
        : { conversationId: place.conversationId, isHidden: false, isNewest: false };
    if (response === null) return undefined;
    const { conversationId, isHidden, isNewest } = response;
    const resource = await this.#store.conversations.getResource({ tenant, conversationId });
    return resource === null ? undefined : { resource, isOpen: isHidden && isNewest };
  }

  async #findResponse(params: FindResponseParams): Promise<FoundResponse | null> {
    const { responses, background } = this.#store;
    const ended = await responses.find(params);
    if (ended !== null) return ended;
    const running = await background.find(params);
    // One that has not ended cannot be continued.
    return running === null
      ? null
      : { conversationId: running.conversationId, isHidden: false, isNewest: false };
  }

  /** Records the end of a request: the HTTP status of its answer, or the reason for which it was stopped. */
  record(request: AuditedRequest, decision: Decision | undefined, end: number | StopReason): void {
    const outcome = typeof end === 'number' ? outcomeOf(decision, end) : end;
    const { action, isRecorded = this.#recordsReads } = request;
    if (action === 'read' && outcome !== 'denied' && !isRecorded) return;
    const what = typeof end === 'number' ? `answered ${end}` : `stopped: ${end}`;
    this.#line(`${request.operation}, ${what}`, {
      request_id: request.requestId,
      tenant: request.principal.tenant,
      principal: request.principal.subject,
      operation: request.operation,
      action,
      resource: request.resource?.slice(0, MAX_RESOURCE_LENGTH) ?? null,
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

  /** Records a call of a tool of an MCP server, which a response has made for its caller. */
  recordToolCall({
    requestId,
    principal,
    server,
    tool,
    approvalRequestId,
    outcome,
  }: AuditedToolCall): void {
    const { tenant, subject } = principal;
    this.#line(`a call of ${tool}`, {
      request_id: requestId ?? '',
      tenant,
      principal: subject,
      operation: 'callTool',
      action: 'update',
      server: server.slice(0, MAX_RESOURCE_LENGTH),
      tool: tool.slice(0, MAX_RESOURCE_LENGTH),
      // The caller that has sent the approval; null for a call that needed none.
      approved_by: approvalRequestId === null ? null : subject,
      approval_request: approvalRequestId,
      outcome: outcome === 'output' ? 'done' : 'failed',
    });
  }

  /** Records what a sweep has ended or deleted. */
  recordSweep({ tenant, operation, resource }: AuditedSweep): void {
    this.#line(`a sweep of ${operation}`, {
      request_id: '',
      tenant,
      principal: null,
      operation,
      action: 'delete',
      resource: resource.slice(0, MAX_RESOURCE_LENGTH),
      outcome: 'done',
    });
  }

  /** Records an erasure. */
  recordErasure({ requestId = '', tenant, principal, receipt }: AuditedErasure): void {
    this.#line('an erasure', {
      request_id: requestId,
      tenant,
      principal,
      operation: 'erase',
      action: 'delete',
      outcome: 'done',
      ...receipt,
    });
  }

  /** Records a hold, which is no action of the policy. */
  recordHold({ operation, tenant, resource, ...target }: AuditedHold): void {
    this.#line(`${operation} of ${resource}`, {
      request_id: '',
      tenant,
      principal: null,
      operation,
      action: null,
      resource,
      outcome: 'done',
      ...target,
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
