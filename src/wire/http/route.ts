import type { TSchema } from 'typebox';
import type { Principal } from '../../access/principal.ts';
import type { Query, QueryParameters } from '../../contract/schema/query.ts';
import type { AuditedRequest } from '../../service/audit.ts';

/** What a handler sees of a request. */
export interface Call<Values = Query> {
  readonly principal: Principal;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Values;
  /** The parsed JSON body; `undefined` when there was none. */
  readonly body: unknown;
}

/** A route as data: the server registers it and the OpenAPI document describes it from the same entry. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** In OpenAPI's notation, `/conversations/{conversation_id}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Whether anybody may call it, with or without credentials. */
  readonly isPublic: boolean;
  /** What the policy must all allow, the operation's own first; undefined where there is nothing to ask about. */
  readonly actions?: AuditedRequest['actions'];
  /** Whether OpenAI's API has nothing of the kind. */
  readonly isExtension?: boolean;
  readonly query: QueryParameters;
  readonly body?: { readonly schema: TSchema; readonly required: boolean };
  readonly response: { readonly description: string; readonly schema: TSchema };
  /** Of the answer, where it is not JSON. */
  readonly contentType?: string;
  /** Statuses besides 200 that the operation itself can answer. */
  readonly errors: readonly number[];
  /** Answers with the JSON text of the response, as bytes where it is too long for a string. */
  handle(call: Call): Promise<string | Buffer>;
}
