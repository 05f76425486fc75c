import { Type } from 'typebox';

const Limit = Type.Integer({ minimum: 1 });

const OidcClient = Type.Object({
  issuer: Type.String(),
  client_id: Type.String(),
  scope: Type.String(),
  parameters: Type.Record(Type.String(), Type.String(), {
    description: 'Further parameters of the authorization request, such as its audience.',
  }),
});

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
      oidc: Type.Union([OidcClient, Type.Null()], {
        description: 'How a browser gets a token, where the operator has named a public client.',
      }),
    }),
    console: Type.Union(
      [
        Type.Object({
          title_keys: Type.Array(Type.String(), {
            description: 'Keys of the metadata that name a conversation, the best first.',
          }),
          idle_minutes: Type.Integer({
            minimum: 0,
            description: 'Minutes without input after which the page forgets its key; 0 for never.',
          }),
        }),
        Type.Null(),
      ],
      { description: 'Settings of the web console; null when it is off.' },
    ),
    features: Type.Array(Type.String(), { description: 'Features that are on, by name.' }),
  },
  { title: 'Server' },
);
