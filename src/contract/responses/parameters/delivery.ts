import { Type } from 'typebox';
import { Metadata } from '../../conversations/conversation.ts';
import { Include } from '../../items/include.ts';
import { parameter, repeated } from './parameter.ts';

/** Parameters for the answer's way to the client, and for its storage. */
export const DELIVERY_PARAMETERS = {
  stream: parameter({
    use: 'honour',
    description: 'The answer as server-sent events.',
    schema: Type.Boolean(),
    default: false,
  }),
  stream_options: parameter({
    use: 'honour',
    description: '`include_obfuscation` is taken; events are not padded with either value.',
    schema: Type.Object(
      { include_obfuscation: Type.Optional(Type.Boolean()) },
      { additionalProperties: false },
    ),
  }),
  background: repeated({
    use: 'honour',
    description:
      'Whether the response is made without the client, which fetches it later. Not together with `store: false`.',
    schema: Type.Boolean(),
    default: false,
  }),
  store: repeated({
    use: 'honour',
    description:
      'With `false` nothing is stored: not the response, and no item of the conversation that it continues.',
    schema: Type.Boolean(),
    default: true,
  }),
  include: parameter({
    use: 'honour',
    description: 'Fields of items that are served only on request.',
    schema: Type.Array(Include),
  }),
  metadata: repeated({
    use: 'honour',
    description:
      "Up to 16 pairs of text that are stored with the response. The conversation's are others.",
    schema: Metadata,
    default: {},
  }),
};
