import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { assertAbsent } from '../access/absent.ts';
import { SEARCH } from '../../support/search.ts';
import { OPERATION_REQUESTS } from '../access/operation-requests.ts';
import { startOwnedConversation, type OwnedConversation } from '../access/owned-conversation.ts';

/** Every operation, asked by the owner about conversations that are stored and absent. */

/** What makes all conversations of the database absent. */
const STATES = {
  expired: 'expires_at = 1',
  'idle for too long': 'expires_at = 9999999999999, idle_ms = 1, active_at = 1',
  'in the trash': 'deleted_at = 1, purge_at = 9999999999999',
  'deleted for good': 'deleted_at = 1, purge_at = 1',
  'kept under a hold': 'deleted_at = 1, purge_at = NULL',
} as const;
const LIVING = 'expires_at = NULL, idle_ms = NULL, deleted_at = NULL, purge_at = NULL';

describe.each(Object.entries(STATES))('a conversation that is %s', (state, sets) => {
  let owned: OwnedConversation;
  let key: string;

  beforeAll(async () => {
    owned = await startOwnedConversation();
    const { access } = owned;
    key = await access.key('ann', '--tenant', 'acme', '--team', 'core');
    await vi.waitFor(
      async () => {
        const { body } = await access.call(key, 'POST', SEARCH, { query: 'private' });
        expect(body.data.length).toBeGreaterThan(0);
      },
      { timeout: 20_000 },
    );
    await access.database.run(`UPDATE conversations SET ${sets}`);
  });
  afterAll(async () => {
    await owned.access.database.run(`UPDATE conversations SET ${LIVING}`);
    await owned.assertUnchanged();
    await owned[Symbol.asyncDispose]();
  });

  const requests = OPERATION_REQUESTS.filter(
    // What is in the trash can be restored, and that alone.
    ({ name }) => !(state === 'in the trash' && name.startsWith('restoreConversation')),
  );

  test.each(requests)(
    `$name answers the owner of a conversation that is ${state} as if it did not exist`,
    async (request) => {
      const { access, target } = owned;
      await assertAbsent(request, target, (...parts) => access.call(key, ...parts));
    },
  );

  test(`lists, sums, searches and exports leave out conversations that are ${state}`, async () => {
    const { access } = owned;
    const paths = [
      '/v1/conversations',
      '/v1/conversations?metadata[topic]=secret',
      '/v1/conversations?sort=last_item_at&include[]=owner',
      '/v1/conversations?owner=ann',
      '/v1/conversations/usage',
      '/v1/conversations/usage?group_by=day',
    ];
    for (const path of paths) {
      const { status, body } = await access.call(key, 'GET', path);
      expect({ status, data: body.data }, path).toEqual({ status: 200, data: [] });
    }
    const searched = await access.call(key, 'POST', SEARCH, { query: 'private' });
    expect(searched).toMatchObject({ status: 200, body: { data: [] } });
    const headers = { authorization: `Bearer ${key}` };
    const exported = await access.server.request('/v1/conversations/export', { headers });
    expect(exported.status).toBe(200);
    expect(exported.body).not.toContain('conv_');
    const trash = await access.call(key, 'GET', '/v1/conversations?deleted=true');
    const ids = trash.body.data.map(({ id }) => id);
    expect(ids).toEqual(state === 'in the trash' ? [owned.target.conversation] : []);
  });
});
