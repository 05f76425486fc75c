import { forkBody, forkParser } from '../../../contract/conversations/branches.ts';
import { Conversation } from '../../../contract/conversations/conversation.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Branches } from '../../../service/branches/branches.ts';
import type { Route } from '../../http/route.ts';
import { forking } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationAnswer } from './answers.ts';
import { conversationId, FORK, TAG } from './paths.ts';

export function forkConversation(
  branches: Branches,
  contract: ItemContract,
  { maxItemsPerRequest }: { readonly maxItemsPerRequest: number },
): Route {
  const parse = forkParser(contract, maxItemsPerRequest);
  return defineRoute({
    method: 'POST',
    path: FORK,
    operationId: 'forkConversation',
    summary: "Make a conversation that begins with a copy of another one's items",
    tag: TAG,
    isPublic: false,
    isExtension: true,
    audited: forking,
    isRepeatable: true,
    query: {},
    body: { schema: forkBody(contract.InputItem, maxItemsPerRequest), required: false },
    response: { description: 'The new conversation', schema: Conversation },
    errors: [404],
    handle: async (call, key) => {
      const { principal, body } = call;
      const forked = await branches.fork(principal, conversationId(call), parse(body), key);
      return conversationAnswer(call, forked);
    },
  });
}
