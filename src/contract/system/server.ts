import { Type } from 'typebox';

const Limit = Type.Integer({ minimum: 1 });

/** What a client must know of a server before it asks. */
export const ServerObject = Type.Object(
  {
    object: Type.Literal('server'),
    version: Type.String(),
    dialect: Type.Enum(['openai', 'llama-stack']),
    compatibility: Type.Enum(['liberal', 'strict']),
    limits: Type.Object({ items_per_request: Limit, page_size: Limit, body_bytes: Limit }),
    authentication: Type.Object({
      schemes: Type.Array(Type.Enum(['keys', 'jwt', 'headers']), {
        description: 'Empty when requests need no credentials.',
      }),
    }),
    features: Type.Array(Type.String(), { description: 'Features that are on, by name.' }),
  },
  { title: 'Server' },
);
