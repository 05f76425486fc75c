import {
  Conversation,
  createConversationBody,
} from '../../../contract/conversations/conversation.ts';
import { createConversationParser } from '../../../contract/conversations/requests.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Conversations } from '../../../service/conversations/conversations.ts';
import type { Route } from '../../http/route.ts';
import { creating } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { conversationAnswer } from './answers.ts';
import { COLLECTION, TAG } from './paths.ts';

export function createConversation(
  conversations: Conversations,
  contract: ItemContract,
  { maxItemsPerRequest }: { readonly maxItemsPerRequest: number },
): Route {
  const parse = createConversationParser(contract, maxItemsPerRequest);
  return defineRoute({
    method: 'POST',
    path: COLLECTION,
    operationId: 'createConversation',
    summary: 'Create a conversation, with first items if any are given',
    tag: TAG,
    isPublic: false,
    audited: creating,
    isRepeatable: true,
    query: {},
    body: {
      schema: createConversationBody(contract.InputItem, maxItemsPerRequest),
      required: false,
    },
    response: { description: 'The conversation', schema: Conversation },
    errors: [404],
    handle: async (call, key) =>
      conversationAnswer(call, await conversations.create(call.principal, parse(call.body), key)),
  });
}
