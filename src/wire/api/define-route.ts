import {
  queryParser,
  type QueryParameters,
  type QueryValues,
} from '../../contract/schema/query.ts';
import { ParsedCall, type Call } from '../http/call.ts';
import type { Route } from '../http/route.ts';

/** A route with a handler that receives the parsed query. */
interface RouteDefinition<Parameters extends QueryParameters> extends Omit<
  Route,
  'query' | 'handle'
> {
  readonly query: Parameters;
  handle(call: Call<QueryValues<Parameters>>): ReturnType<Route['handle']>;
}

/**
 * Makes a route that refuses and parses its query before its handler runs. It does so in the route's own
 * handler, so that the audit log records the refusal like any other.
 */
export function defineRoute<Parameters extends QueryParameters>(
  definition: RouteDefinition<Parameters>,
): Route {
  const parseQuery = queryParser(definition.query);
  return {
    ...definition,
    handle: async (call) => definition.handle(new ParsedCall(call, parseQuery(call.query))),
  };
}
