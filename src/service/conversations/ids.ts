/** Beginning of the ids of conversations. */
export const CONVERSATION_PREFIX = 'conv';
