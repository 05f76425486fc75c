import { Type } from 'typebox';
import { EXPIRY_ANCHORS, MOST_EXPIRY_DAYS } from '../../base/expiry.ts';

/** The time for which a conversation is kept, in the shape of OpenAI's vector stores. */
export const ExpiresAfter = Type.Object(
  {
    anchor: Type.Enum([...EXPIRY_ANCHORS]),
    days: Type.Integer({ minimum: 1, maximum: MOST_EXPIRY_DAYS }),
  },
  { title: 'ConversationExpiresAfter', additionalProperties: false },
);

const Seconds = (description: string) =>
  Type.Optional(Type.Integer({ description: `Unix seconds. ${description}`, format: 'unixtime' }));

/** The fields of a Conversation that expires. */
export const EXPIRY_FIELDS = {
  expires_after: Type.Optional(ExpiresAfter),
  expires_at: Seconds('From then on, the conversation does not exist.'),
  last_active_at: Seconds('Time of the last item, or of the creation.'),
};

/** The fields of a Conversation in the trash. */
export const TRASH_FIELDS = {
  deleted_at: Seconds('Time of the deletion.'),
  purge_at: Seconds('Until then, it may be restored.'),
};
