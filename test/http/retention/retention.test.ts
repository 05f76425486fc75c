import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  pathOf,
  startAccessServer,
  type AccessServer,
} from '../../support/access.ts';

const DAY_S = 86_400;
const YAML = `
auth:
  schemes: [keys]
  access_policy:
    - forbid: { actions: [delete] }
      when: user with keeper in roles
    - permit: { actions: [create, update, delete] }
      when: user with eraser in roles
    - permit: { actions: [create, read, update, delete] }
      when: user is owner
retention:
  default: { days: 90 }
  maximum: { days: 180, anchor: created_at }
  tenants:
    - tenant: acme
      default: { days: 30, anchor: created_at }
      trash_days: 7
`;

let access: AccessServer;
let ann: string;
let log: string;

beforeAll(async () => {
  const path = `/tmp/colloquy-audit-${crypto.randomUUID()}.jsonl`;
  log = path;
  access = await startAccessServer(YAML, '--audit-log', path);
  ann = await access.key('ann', '--tenant', 'acme');
});
afterAll(() => access[Symbol.asyncDispose]());

/** The fields of a conversation about its end. */
interface Ending {
  readonly id: string;
  readonly created_at: number;
  readonly expires_after?: { readonly anchor: string; readonly days: number };
  readonly expires_at?: number;
  readonly last_active_at?: number;
  readonly deleted_at?: number;
  readonly purge_at?: number;
}

async function call(key: string, method: string, path: string, body?: unknown) {
  const answer = await access.call(key, method, path, body);
  // Sound: the answer was checked against the document.
  return {
    status: answer.status,
    error: answer.body.error,
    body: answer.body as unknown as Ending,
  };
}

test('the expiry of a conversation is its own, within the maximum, or the default of its tenant', async () => {
  const expiryOf = async (key: string, body?: object) => {
    const { body: made } = await call(key, 'POST', CONVERSATIONS, body);
    expect(made.expires_at).toBe(
      made.created_at + (made.expires_after?.days ?? Number.NaN) * DAY_S,
    );
    expect((await call(key, 'GET', pathOf(made.id))).body).toEqual(made);
    return made.expires_after;
  };
  const other = await access.key('bob', '--tenant', 'globex');
  const own = (anchor: string, days: number) => ({ expires_after: { anchor, days } });
  expect(await expiryOf(ann)).toEqual({ anchor: 'created_at', days: 30 });
  expect(await expiryOf(other)).toEqual({ anchor: 'last_active_at', days: 90 });
  expect(await expiryOf(other, { expires_after: null })).toEqual({
    anchor: 'last_active_at',
    days: 90,
  });
  expect(await expiryOf(ann, own('last_active_at', 7))).toEqual({
    anchor: 'last_active_at',
    days: 7,
  });
  expect(await expiryOf(ann, own('last_active_at', 365))).toEqual({
    anchor: 'last_active_at',
    days: 180,
  });
});

test('an update changes the expiry alone, and null leaves the maximum', async () => {
  const id = await createConversation(access, ann, { topic: 'x' });
  const update = (body: object) => call(ann, 'POST', pathOf(id), body);
  const changed = await update({ expires_after: { anchor: 'last_active_at', days: 2 } });
  expect(changed.body).toMatchObject({
    metadata: { topic: 'x' },
    expires_after: { anchor: 'last_active_at', days: 2 },
  });
  expect((await update({ metadata: null })).body).toMatchObject({
    metadata: {},
    expires_after: { days: 2 },
  });
  expect((await update({ expires_after: null })).body.expires_after).toEqual({
    anchor: 'created_at',
    days: 180,
  });
  expect((await update({})).error).toMatchObject({ code: 'missing_required_parameter' });
});

test.each([
  [{ anchor: 'created_at', days: 0 }, 'integer_below_min_value'],
  [{ anchor: 'created_at', days: -1 }, 'integer_below_min_value'],
  [{ anchor: 'created_at', days: 366 }, 'integer_above_max_value'],
  [{ anchor: 'created_at', days: 1.5 }, 'invalid_type'],
  [{ anchor: 'created_at', days: '7' }, 'invalid_type'],
  [{ anchor: 'now', days: 7 }, 'invalid_value'],
  [{ anchor: 'created_at' }, 'missing_required_parameter'],
  [{ days: 7 }, 'missing_required_parameter'],
  [{ anchor: 'created_at', days: 7, hours: 1 }, 'unknown_parameter'],
  [7, 'invalid_type'],
])('the expiry %j is refused with %s', async (expires_after, code) => {
  const id = await createConversation(access, ann);
  for (const path of [CONVERSATIONS, pathOf(id)]) {
    const { status, error } = await call(ann, 'POST', path, { expires_after });
    expect({ status, code: error.code }).toEqual({ status: 400, code });
  }
});

test('an expiry that would be over already is refused', async () => {
  const id = await createConversation(access, ann);
  const past = Date.now() - 3 * DAY_S * 1000;
  await access.database.run(`UPDATE conversations SET created_at = ${past} WHERE id = '${id}'`);
  const update = (anchor: string, days: number) =>
    call(ann, 'POST', pathOf(id), { expires_after: { anchor, days } });
  expect((await update('created_at', 3)).error).toMatchObject({
    code: 'invalid_value',
    param: 'expires_after',
  });
  expect((await update('created_at', 4)).status).toBe(200);
});

test('a deleted conversation is restored from the trash, by who may delete it', async () => {
  const id = await createConversation(access, ann, { topic: 'trash' });
  const keeper = await access.key('ann', '--tenant', 'acme', '--role', 'keeper');
  expect((await call(ann, 'DELETE', pathOf(id))).status).toBe(200);
  expect((await call(ann, 'GET', pathOf(id))).status).toBe(404);
  const { body: list } = await access.call(ann, 'GET', `${CONVERSATIONS}?deleted=true`);
  // Sound: as above.
  const trashed = list.data.find((each) => each.id === id) as unknown as Ending;
  expect(trashed.purge_at).toBe((trashed.deleted_at ?? 0) + 7 * DAY_S);
  const seen = await access.call(keeper, 'GET', `${CONVERSATIONS}?deleted=true`);
  expect(seen.body.data).toEqual([]);
  expect((await call(keeper, 'POST', `${pathOf(id)}/restore`)).status).toBe(404);
  const headers = { 'idempotency-key': 'restore-1' };
  const restore = () => access.call(ann, 'POST', `${pathOf(id)}/restore`, undefined, headers);
  expect(await restore()).toMatchObject({
    status: 200,
    body: { id, metadata: { topic: 'trash' } },
  });
  const again = await restore();
  expect(again.status).toBe(200);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect((await call(ann, 'DELETE', pathOf(id))).status).toBe(200);
  expect((await call(ann, 'DELETE', `${pathOf(id)}?permanent=true`)).status).toBe(200);
  expect((await call(ann, 'DELETE', `${pathOf(id)}?permanent=true`)).status).toBe(404);
  expect((await call(ann, 'POST', `${pathOf(id)}/restore`)).status).toBe(404);
  expect((await call(ann, 'DELETE', `${pathOf(id)}?permanent=maybe`)).status).toBe(400);
});

test('an erasure needs delete alone, counts first, and leaves a line with its id in the audit log', async () => {
  const carl = await access.key('carl', '--tenant', 'acme');
  const eraser = await access.key('eve', '--tenant', 'acme', '--role', 'eraser');
  const made = await Promise.all(
    [1, 2, 3].map((n) => createConversation(access, carl, { user: n < 3 ? '17' : '18' })),
  );
  for (const id of made) {
    const items = [{ role: 'user', content: 'words to erase' }];
    await access.call(carl, 'POST', `${pathOf(id)}/items`, { items });
  }
  await call(carl, 'DELETE', pathOf(made[1] ?? ''));
  const erase = (key: string, body: object) =>
    access.call(key, 'POST', `${CONVERSATIONS}/erase`, body);
  expect((await call(eraser, 'GET', pathOf(made[0] ?? ''))).status, 'she reads nothing').toBe(404);
  const filter = { metadata: { user: '17' }, owner: 'carl' };
  const stranger = await access.key('carl', '--tenant', 'globex');
  for (const key of [ann, stranger]) {
    expect((await erase(key, filter)).body).toMatchObject({ matched: 0, deleted: 0, items: 0 });
  }
  const counted = { matched: 2, held: 0, items: 2, deleted: 0, dry_run: true, has_more: false };
  expect((await erase(eraser, { ...filter, dry_run: true })).body).toMatchObject({
    ...counted,
    ids_sha256: null,
  });
  expect((await call(carl, 'GET', pathOf(made[0] ?? ''))).status).toBe(200);
  const { body: receipt } = await erase(eraser, filter);
  const ids = made.slice(0, 2).toSorted();
  expect(receipt).toMatchObject({
    ...counted,
    deleted: 2,
    dry_run: false,
    ids_sha256: hash('sha256', `${ids.join('\n')}\n`),
  });
  expect((await call(carl, 'GET', pathOf(made[0] ?? ''))).status).toBe(404);
  expect((await call(carl, 'POST', `${pathOf(made[1] ?? '')}/restore`)).status).toBe(404);
  expect((await call(carl, 'GET', pathOf(made[2] ?? ''))).status).toBe(200);
  expect((await erase(eraser, filter)).body).toMatchObject({ matched: 0, deleted: 0 });
  const line = readFileSync(log, 'utf8')
    .split('\n')
    .find((each) => each.includes(receipt.id));
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    operation: 'erase',
    principal: 'eve',
    deleted: 2,
  });
  expect(line).not.toContain('carl');
});

test('an erasure of ids deletes those of them that the caller may delete, and no others', async () => {
  const fay = await access.key('fay', '--tenant', 'acme');
  const [first, second, third] = [
    await createConversation(access, fay, { topic: 'a' }),
    await createConversation(access, fay, { topic: 'b' }),
    await createConversation(access, fay, { topic: 'a' }),
  ];
  const erase = async (key: string, body: object) =>
    (await access.call(key, 'POST', `${CONVERSATIONS}/erase`, body)).body;
  const chosen = { conversation_ids: [first, second, 'conv_none'] };
  expect(await erase(ann, chosen)).toMatchObject({ matched: 0, deleted: 0 });
  expect(await erase(fay, { ...chosen, metadata: { topic: 'a' }, dry_run: true })).toMatchObject({
    matched: 1,
  });
  expect(await erase(fay, chosen)).toMatchObject({ matched: 2, deleted: 2, has_more: false });
  const left = await access.call(fay, 'GET', CONVERSATIONS);
  expect(left.body.data.map(({ id }) => id)).toEqual([third]);
});

test('a caller learns how long the conversations of its tenant are kept', async () => {
  const other = await access.key('gil', '--tenant', 'globex');
  const rules = async (key: string) =>
    ((await access.call(key, 'GET', '/v1/principal')).body as unknown as { retention: unknown })
      .retention;
  const maximum = { anchor: 'created_at', days: 180 };
  expect(await rules(ann)).toEqual({
    default: { anchor: 'created_at', days: 30 },
    maximum,
    trash_days: 7,
  });
  expect(await rules(other)).toEqual({
    default: { anchor: 'last_active_at', days: 90 },
    maximum,
    trash_days: 0,
  });
});

test.each([
  [{}, 'missing_required_parameter'],
  [{ metadata: {} }, 'missing_required_parameter'],
  [{ metadata: null, owner: null }, 'missing_required_parameter'],
  [{ dry_run: true }, 'missing_required_parameter'],
  [{ owner: '' }, 'empty_string'],
  [{ metadata: { user_id: '' } }, 'empty_string'],
  [{ metadata: { user_id: '7', tag: '' } }, 'empty_string'],
  [{ conversation_ids: [] }, 'missing_required_parameter'],
  [{ conversation_ids: [''] }, 'empty_string'],
  [{ owner: 7 }, 'invalid_type'],
  [{ metadata: { a: 7 } }, 'invalid_type'],
  [{ metadata: 'a=b' }, 'invalid_type'],
  [{ owner: 'x', everything: true }, 'unknown_parameter'],
  [[], 'invalid_type'],
])('an erasure of %j is refused with %s', async (body, code) => {
  const answer = await access.call(ann, 'POST', `${CONVERSATIONS}/erase`, body);
  expect({ status: answer.status, code: answer.body.error.code }).toMatchObject({ status: 400 });
  if (!Array.isArray(body)) expect(answer.body.error.code).toBe(code);
});

test('a hold keeps what an erasure matches, which counts it, and no other answer differs', async () => {
  const dora = await access.key('dora', '--tenant', 'acme');
  const id = await createConversation(access, dora);
  const target = ['--tenant', 'acme', '--subject', 'dora'];
  const added = await access.command('hold', 'add', ...target, '--reason', 'case 1');
  const hold = /hold_\w+/.exec(added)?.[0] ?? '';
  const erased = await access.call(dora, 'POST', `${CONVERSATIONS}/erase`, { owner: 'dora' });
  expect(erased.body).toMatchObject({ matched: 1, held: 1, deleted: 0, items: 0 });
  expect((await call(dora, 'DELETE', pathOf(id))).status).toBe(200);
  const { body: trash } = await access.call(dora, 'GET', `${CONVERSATIONS}?deleted=true`);
  expect(
    trash.data.map((each) => each.id),
    'as without a hold',
  ).toEqual([id]);
  expect((await call(dora, 'DELETE', `${pathOf(id)}?permanent=true`)).status).toBe(200);
  const { body: emptied } = await access.call(dora, 'GET', `${CONVERSATIONS}?deleted=true`);
  expect(emptied.data).toEqual([]);
  expect(await access.command('retention', 'sweep')).toContain('0 conversations deleted for good');
  await access.command('hold', 'release', hold);
  expect(await access.command('retention', 'sweep')).toContain('1 conversation deleted for good');
  expect(await access.command('hold', 'list', '--tenant', 'acme')).toContain('released');
});
