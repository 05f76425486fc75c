import { afterAll, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  pathOf,
  startAccessServer,
} from '../../support/access.ts';

const DAY_S = 86_400;
const YAML = `
auth:
  schemes: [keys]
  access_policy:
    - permit: { actions: [create, read, update, delete] }
      when: user is owner
retention:
  tenants:
    - tenant: acme
      default: { days: 30, anchor: last_active_at }
      maximum: { days: 90 }
    - tenant: capped
      maximum: { days: 5, anchor: created_at }
`;

const access = await startAccessServer(YAML);
afterAll(() => access[Symbol.asyncDispose]());

interface Ending {
  readonly id: string;
  readonly created_at: number;
  readonly expires_after?: { readonly anchor: string; readonly days: number };
  readonly expires_at?: number;
}

async function forkOf(token: string, id: string): Promise<Ending> {
  const { status, body } = await access.call(token, 'POST', `${pathOf(id)}/fork`, {});
  expect(status).toBe(200);
  // Sound: the answer was checked against the document.
  return body as unknown as Ending;
}

test.each([
  ['acme', { anchor: 'created_at', days: 3 }, { anchor: 'last_active_at', days: 30 }],
  ['acme', undefined, { anchor: 'last_active_at', days: 30 }],
  ['capped', undefined, { anchor: 'created_at', days: 5 }],
  ['free', { anchor: 'created_at', days: 3 }, undefined],
] as const)(
  'a fork in the tenant %s of a conversation with the expiry %j gets the one of a new conversation, %j',
  async (tenant, own, expected) => {
    const ann = await access.key('ann', '--tenant', tenant);
    const body = {
      items: [{ role: 'user', content: 'a' }],
      ...(own !== undefined && { expires_after: own }),
    };
    const { body: source } = await access.call(ann, 'POST', CONVERSATIONS, body);
    // The source is older, and active no more.
    const past = Date.now() - 2 * DAY_S * 1000;
    await access.database.run(
      `UPDATE conversations SET created_at = ${past}, active_at = ${past} WHERE id = '${source.id}'`,
    );
    const fork = await forkOf(ann, source.id);
    expect(fork.expires_after).toEqual(expected);
    if (expected !== undefined) {
      expect(fork.expires_at).toBe(fork.created_at + expected.days * DAY_S);
    }
    expect((await access.call(ann, 'GET', pathOf(fork.id))).body).toEqual(fork);
    const ofFork = await forkOf(ann, fork.id);
    expect(ofFork.expires_after).toEqual(expected);
  },
);

test('a fork whose time is over is deleted by the sweep', async () => {
  const ann = await access.key('ann', '--tenant', 'acme');
  const { id } = await forkOf(ann, await createConversation(access, ann));
  await access.database.run(
    `UPDATE conversations SET created_at = 1, active_at = NULL, expires_at = 2 WHERE id = '${id}'`,
  );
  expect((await access.call(ann, 'GET', pathOf(id))).status).toBe(404);
  expect(await access.command('retention', 'sweep')).toContain('1 conversation expired');
});
