import {
  COMPACTION_PARAMETERS,
  compactionObject,
  compactionSchema,
} from '../../../contract/responses/compaction.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { createResponseBody } from '../../../contract/responses/parameters/table.ts';
import { responseParser } from '../../../contract/responses/requests.ts';
import type { Contexts } from '../../../service/responses/contexts.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';
import { auditedUse } from './audited-turn.ts';
import { COMPACT, MAX_INPUT_ITEMS, TAG } from './paths.ts';

export function compactResponse(contexts: Contexts, contract: ItemContract): Route {
  const subset = COMPACTION_PARAMETERS;
  const parse = responseParser(contract, { maxInputItems: MAX_INPUT_ITEMS, subset });
  return defineRoute({
    method: 'POST',
    path: COMPACT,
    operationId: 'compactResponse',
    summary: 'Have a model summarise a conversation, for a shorter input to go on with',
    tag: TAG,
    isPublic: false,
    audited: auditedUse,
    query: {},
    body: {
      schema: createResponseBody(contract.InputItem, MAX_INPUT_ITEMS, subset),
      required: true,
    },
    response: {
      description: 'The messages to keep, and the compaction',
      schema: compactionSchema(contract.ConversationItem),
    },
    errors: [404, 500, 503],
    handle: async (call) => {
      const request = parse(call.body);
      const compacted = await contexts.compact(call.principal, request, call.signal);
      return JSON.stringify(compactionObject(compacted));
    },
  });
}
