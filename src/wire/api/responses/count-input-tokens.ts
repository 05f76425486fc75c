import type { ItemContract } from '../../../contract/items/contract.ts';
import { INPUT_TOKENS_PARAMETERS, InputTokens } from '../../../contract/responses/input-tokens.ts';
import { createResponseBody } from '../../../contract/responses/parameters/table.ts';
import { responseParser } from '../../../contract/responses/requests.ts';
import type { Contexts } from '../../../service/responses/contexts.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';
import { auditedCount } from './audited-turn.ts';
import { INPUT_TOKENS, MAX_INPUT_ITEMS, TAG } from './paths.ts';

export function countInputTokens(contexts: Contexts, contract: ItemContract): Route {
  const subset = INPUT_TOKENS_PARAMETERS;
  const parse = responseParser(contract, { maxInputItems: MAX_INPUT_ITEMS, subset });
  return defineRoute({
    method: 'POST',
    path: INPUT_TOKENS,
    operationId: 'countInputTokens',
    summary: 'Count the tokens of what a model would be shown, where its server can',
    tag: TAG,
    isPublic: false,
    audited: auditedCount,
    query: {},
    body: {
      schema: createResponseBody(contract.InputItem, MAX_INPUT_ITEMS, subset),
      required: true,
    },
    response: { description: 'The number of tokens', schema: InputTokens },
    errors: [404, 500, 503],
    handle: async (call) => {
      const request = parse(call.body);
      const tokens = await contexts.countTokens(call.principal, request, call.signal);
      const counted: InputTokens = { object: 'response.input_tokens', input_tokens: tokens };
      return JSON.stringify(counted);
    },
  });
}
