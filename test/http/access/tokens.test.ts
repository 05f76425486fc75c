import { expect, test } from 'vitest';
import { createConversation, listIds, pathOf, startAccessServer } from '../../support/access.ts';
import { startIssuer } from '../../support/issuer.ts';

const config = (issuer: string): string => `auth:
  schemes: [jwt]
  jwt:
    issuer: "${issuer}"
    audience: colloquy
    claims: { teams: groups, roles: realm.roles }
  access_policy:
    - { permit: { actions: [create, read, update, delete] }, when: user is owner }
    - { permit: { actions: [read] }, when: user in owners teams }
    - { permit: { actions: [delete] }, when: user with two words in roles }
`;

test('claims of a token become the principal, and no text is split at its spaces', async () => {
  await using issuer = await startIssuer();
  await using access = await startAccessServer(config(issuer.url));
  const ann = await issuer.token({ sub: 'ann lee', groups: ['core', 'x y'] });
  const id = await createConversation(access, ann);
  expect(await listIds(access, ann)).toEqual([id]);
  const read = async (groups: unknown): Promise<number> =>
    (await access.call(await issuer.token({ sub: 'bob', groups }), 'GET', pathOf(id))).status;
  expect(await read('core')).toBe(200);
  expect(await read(['x y'])).toBe(200);
  expect(await read('x y core')).toBe(404);
  expect(await read(['x', 'y'])).toBe(404);
  expect(await read({ core: true })).toBe(404);
  const nested = await issuer.token({ sub: 'del', realm: { roles: ['two words'] } });
  expect((await access.call(nested, 'DELETE', pathOf(id))).status).toBe(200);
  expect(issuer.keyFetches(), 'one fetch of the keys is enough for all tokens').toBe(1);
});
