import type { TSchema } from 'typebox';
import type { QueryParameters } from '../../contract/schema/query.ts';
import type { Audited } from '../../service/audit.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';

/** A route as data: the server registers it and the OpenAPI document describes it from the same entry. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** In OpenAPI's notation, `/conversations/{conversation_id}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Set for routes that answer without credentials. */
  readonly isPublic: boolean;
  /**
   * Returns what the policy must allow for a call, and what the audit trail records of it; left out when no policy
   * applies. The query and the body, which is parsed JSON, are not checked yet.
   */
  readonly audited?: (call: Pick<Call, 'path' | 'query' | 'body'>) => Audited;
  /** Set for operations that OpenAI's API does not have. */
  readonly isExtension?: boolean;
  readonly query: QueryParameters;
  /** Headers that the operation reads, for the document. */
  readonly headers?: Readonly<
    Record<string, { readonly description: string; readonly schema: TSchema }>
  >;
  /** Set for operations that may answer 304, without a body. */
  readonly mayBeUnmodified?: boolean;
  /** Set for operations that a client may repeat under the same `Idempotency-Key`. */
  readonly isRepeatable?: boolean;
  readonly body?: { readonly schema: TSchema; readonly required: boolean };
  readonly response: { readonly description: string; readonly schema: TSchema };
  /** Schema of one event, when the answer may be a stream of events. */
  readonly streamed?: TSchema;
  /** Content type of a text answer; left out for JSON. */
  readonly contentType?: string;
  /** Statuses besides 200 that the operation itself can answer; `4XX` where it passes those of another server on. */
  readonly errors: readonly (number | '4XX')[];
  /** Resolves with the body of the answer. Its status is 200; errors are thrown. */
  handle(call: Call): Promise<Answer>;
}
