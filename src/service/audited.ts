/** Facts of a request that go into its audit lines. */

import type { Action } from '../access/policy/rule.ts';
import type { Principal } from '../access/principal.ts';

/** The conversation that a request is about, or the response. */
export type Place = { readonly conversationId: string } | { readonly responseId: string };

/** An action that the policy must allow for a request, on a conversation or on that of a response. */
export type Demand =
  /** Making a conversation. */
  | { readonly action: 'create' }
  | ({ readonly action: Exclude<Action, 'create'> } & Place)
  /**
   * Continuing a response: an update of its hidden conversation if that is allowed and the response is its newest, and
   * making another conversation if not.
   */
  | { readonly action: 'continue'; readonly responseId: string };

/** What a request does, and what it does that to. */
export interface Audited {
  /** The operation's own action. */
  readonly action: Action;
  /** Id of the conversation or the response that the request names. */
  readonly resource: string | undefined;
  /** Demands that must all be met, the operation's own first; none for a request that any caller may make. */
  readonly demands: readonly Demand[];
  /** Set for a read that is recorded though it changes nothing. */
  readonly isRecorded?: true;
}

/** A request as the audit trail sees it. */
export interface AuditedRequest extends Audited {
  readonly requestId: string;
  readonly principal: Principal;
  readonly operation: string;
}

/** A call of a tool as the audit trail sees it: without its arguments and its output. */
export interface AuditedToolCall {
  readonly requestId: string | undefined;
  readonly principal: Principal;
  /** Label of the server. */
  readonly server: string;
  readonly tool: string;
  /** The request by whose approval it ran. */
  readonly approvalRequestId: string | null;
  readonly outcome: string;
}

/** A deletion by the server itself, since a time is over. */
export interface AuditedSweep {
  readonly tenant: string;
  readonly operation: 'expire' | 'purge' | 'response';
  /** Id of the conversation or the response. */
  readonly resource: string;
}

/** An erasure as the audit trail sees it: its receipt, without what it was about. */
export interface AuditedErasure {
  /** `undefined` for a command. */
  readonly requestId: string | undefined;
  readonly tenant: string;
  /** Null for a command. */
  readonly principal: string | null;
  readonly receipt: Readonly<Record<string, unknown>>;
}

/** A hold that a command has set or released, without its reason and the name of its subject. */
export interface AuditedHold {
  readonly operation: 'addHold' | 'releaseHold';
  readonly tenant: string;
  /** Id of the hold. */
  readonly resource: string;
  /** Id of its conversation; null for a hold on several. */
  readonly conversation: string | null;
  /** Null for a hold on any subject. */
  readonly subject_sha256: string | null;
}
