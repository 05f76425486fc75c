import type { Protocol } from '../protocol.ts';
import { ResponsesDecoder } from './decode.ts';
import { encodeResponses } from './encode.ts';

export const responses: Protocol = {
  path: '/responses',
  encode: encodeResponses,
  decoder: (context) => new ResponsesDecoder(context),
};
