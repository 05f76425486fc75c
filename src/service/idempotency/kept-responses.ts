import type { NewResponse, TurnWriter } from '../../store/responses/port.ts';
import type { HeldKey } from './held-key.ts';

/** Statuses of responses that are an outcome. A request that has failed or was stopped can be repeated. */
const OUTCOMES: readonly string[] = ['completed', 'incomplete'];

/** Returns a writer that keeps the outcome of an attempt under its key, in the transaction that stores it. */
export function keptResponses(responses: TurnWriter, held: HeldKey): TurnWriter {
  const kept = async <
    Params extends { readonly response: NewResponse },
    Result extends { readonly refused: string | undefined },
  >(
    params: Params,
    write: (params: Params) => Promise<Result>,
  ): Promise<Result> => {
    if (!OUTCOMES.includes(params.response.status)) return write(params);
    const result = await write({ ...params, key: held.ref });
    if (result.refused === undefined) held.keep();
    return result;
  };
  return {
    create: (params) => kept(params, (keyed) => responses.create(keyed)),
    commitTurn: (params) => kept(params, (keyed) => responses.commitTurn(keyed)),
    fork: (params) => kept(params, (keyed) => responses.fork(keyed)),
    add: (params) => responses.add(params),
  };
}
