import type { ShownConversation } from '../../../service/branches/origins.ts';
import type { Call } from '../../http/call.ts';
import { addEntityTag } from './conditions.ts';
import { conversationJson } from './json.ts';

/** Returns a conversation as the body of the answer, and adds its entity tag. */
export function conversationAnswer(
  call: Pick<Call, 'addHeader'>,
  conversation: ShownConversation,
): string {
  addEntityTag(call, conversation.revision);
  return conversationJson(conversation);
}
