import {
  conversationRewound,
  rewindBody,
  rewindParser,
} from '../../../contract/conversations/branches.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Branches } from '../../../service/branches/branches.ts';
import type { Route } from '../../http/route.ts';
import { onConversation } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { whenBusyHeader, whenBusyOf } from '../when-busy.ts';
import { addEntityTag, IF_MATCH, preconditionOf } from './conditions.ts';
import { rewoundJson } from './json.ts';
import { include } from './parameters.ts';
import { conversationId, REWIND, TAG } from './paths.ts';

export function rewindConversation(
  branches: Branches,
  contract: ItemContract,
  { maxItemsPerRequest }: { readonly maxItemsPerRequest: number },
): Route {
  const parse = rewindParser(contract, maxItemsPerRequest);
  return defineRoute({
    method: 'POST',
    path: REWIND,
    operationId: 'rewindConversation',
    summary: 'Remove the items of a conversation from a place on, and append others',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    // The answer shows which items the conversation had.
    audited: onConversation('update', 'read'),
    isRepeatable: true,
    query: { include },
    headers: {
      ...IF_MATCH,
      ...whenBusyHeader(
        'With `reject`, a conversation in which a response is being made is refused at once, with `conversation_locked`. With `interrupt`, that response is cancelled.',
      ),
    },
    body: { schema: rewindBody(contract.InputItem, maxItemsPerRequest), required: true },
    response: {
      description: 'What was removed, and what was appended',
      schema: conversationRewound(contract.ConversationItem),
    },
    errors: [404, 412],
    handle: async (call, key) => {
      const { principal, signal } = call;
      const id = conversationId(call);
      const rewound = await branches.rewind(principal, id, parse(call.body), {
        key,
        precondition: preconditionOf(call),
        whenBusy: whenBusyOf(call),
        signal,
      });
      addEntityTag(call, rewound.revision);
      return rewoundJson(id, rewound, contract, call.query.include);
    },
  });
}
