import { Type } from 'typebox';
import { nullable } from '../schema/schema.ts';

import { ExpiresAfter } from '../retention/expiry.ts';

const Names = Type.Array(Type.String());

/** The caller of a request, as the server knows it. */
export const PrincipalObject = Type.Object(
  {
    object: Type.Literal('principal'),
    tenant: Type.String(),
    subject: Type.String(),
    owner: Type.String({ description: 'The owner of the conversations that the caller creates' }),
    scheme: nullable(
      Type.Enum(['keys', 'jwt', 'headers'], {
        description: 'The scheme of the credentials; null when requests need none',
      }),
    ),
    roles: Names,
    teams: Names,
    projects: Names,
    namespaces: Names,
    actions: Type.Array(Type.Enum(['create', 'read', 'update', 'delete']), {
      description: 'Actions that the policy may permit on some conversation',
    }),
    expires_at: nullable(
      Type.Integer({
        description: 'Unix seconds of the end of the credentials',
        format: 'unixtime',
      }),
    ),
    retention: Type.Object(
      {
        default: nullable(ExpiresAfter),
        maximum: nullable(ExpiresAfter),
        trash_days: Type.Integer({
          minimum: 0,
          description: 'Days in which a deleted conversation may be restored; 0 for not at all',
        }),
      },
      { description: "How long the conversations of the caller's tenant are kept" },
    ),
  },
  { title: 'Principal' },
);
