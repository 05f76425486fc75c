import {
  queryParser,
  type QueryParameters,
  type QueryValues,
} from '../../contract/schema/query.ts';
import type { RequestKey } from '../../service/idempotency/request-key.ts';
import { ParsedCall, type Call } from '../http/call.ts';
import type { Route } from '../http/route.ts';
import { IDEMPOTENCY_HEADER, requestKeyOf } from './idempotency.ts';

/** A request of a repeatable operation has a key if its client has sent one; others have none. */
type KeyOf<IsRepeatable> = IsRepeatable extends true ? RequestKey | undefined : undefined;

/** A route with a handler that receives the parsed query. */
interface RouteDefinition<
  Parameters extends QueryParameters,
  IsRepeatable extends boolean,
> extends Omit<Route, 'query' | 'isRepeatable' | 'handle'> {
  readonly query: Parameters;
  readonly isRepeatable?: IsRepeatable;
  handle(
    call: Call<QueryValues<Parameters>>,
    key: KeyOf<IsRepeatable>,
  ): ReturnType<Route['handle']>;
}

/**
 * Makes a route that refuses and parses its query, and its key if it is repeatable, before its handler runs. It does so
 * in the route's own handler, so that the audit log records the refusal like any other.
 */
export function defineRoute<
  Parameters extends QueryParameters,
  const IsRepeatable extends boolean = false,
>(definition: RouteDefinition<Parameters, IsRepeatable>): Route {
  const parseQuery = queryParser(definition.query);
  const isRepeatable = definition.isRepeatable === true;
  return {
    ...definition,
    ...(isRepeatable && { headers: { ...definition.headers, ...IDEMPOTENCY_HEADER } }),
    handle: async (call) => {
      const query = parseQuery(call.query);
      const key = isRepeatable ? requestKeyOf(definition, call) : undefined;
      // Sound: only a repeatable operation has a key.
      return definition.handle(new ParsedCall(call, query), key as KeyOf<IsRepeatable>);
    },
  };
}
