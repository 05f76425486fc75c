import type { Protocol } from '../protocol.ts';
import { ChatDecoder } from './decode.ts';
import { encodeChat } from './encode.ts';

export const chatCompletions: Protocol = {
  path: '/chat/completions',
  encode: encodeChat,
  decoder: (context) => new ChatDecoder(context),
};
