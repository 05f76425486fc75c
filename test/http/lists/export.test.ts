import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONVERSATIONS, pathOf, startAccessServer } from '../../support/access.ts';
import { importFrom } from '../../support/archive.ts';
import { said } from '../../support/chat-answers.ts';
import { freshDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { startModelServer } from '../../support/model-server.ts';
import { runProcess } from '../../support/process.ts';
import { openOn } from '../../support/store.ts';

const stack = new AsyncDisposableStack();
const model = stack.use(await startModelServer(() => said('Hello')));
const access = stack.use(
  await startAccessServer(undefined, '--model-url', model.url, '--model-profile', 'llama-cpp'),
);
afterAll(() => stack.disposeAsync());

type Keys = Readonly<Record<'ann' | 'bob', string>>;
let keys: Keys;
/** Conversations of `ann`: of the topic `a`, of the topic `b`, and without metadata. */
let ids: string[];

beforeAll(async () => {
  keys = { ann: await access.key('ann'), bob: await access.key('bob') };
  const make = async (key: string, metadata: object, text: string): Promise<string> => {
    const items = [{ role: 'user', content: text }];
    const { status, body } = await access.call(key, 'POST', CONVERSATIONS, { metadata, items });
    expect(status).toBe(200);
    return body.id;
  };
  ids = [
    await make(keys.ann, { topic: 'a' }, 'words of Ann'),
    await make(keys.ann, { topic: 'b', '"': '' }, 'words of Ann'),
    await make(keys.ann, {}, 'words of Ann'),
  ];
  const input = { model: 'small', input: 'a question of Ann' };
  for (const more of [{}, { conversation: ids[0] }]) {
    const asked = await access.call(keys.ann, 'POST', '/v1/responses', { ...input, ...more });
    expect(asked.status).toBe(200);
  }
  await make(keys.bob, { topic: 'a' }, 'words of Bob');
});

async function exported(key: string, query = ''): Promise<string> {
  const path = `${CONVERSATIONS}/export${query}`;
  const headers = { authorization: `Bearer ${key}` };
  const answer = await access.server.request(path, { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/jsonl');
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  // Sound: the content type is that of an archive.
  return answer.body as string;
}

function conversationsIn(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const record = /^\{"conversation":(.*)\}$/.exec(line)?.[1];
    // Sound: the fields of a record that the test reads.
    const { id, is_hidden: isHidden } = JSON.parse(record ?? '{"is_hidden":1}') as {
      id: string;
      is_hidden: number;
    };
    return isHidden === 1 ? [] : [id];
  });
}

test('an export has what the caller may read, hidden conversations included, and can be imported', async () => {
  const text = await exported(keys.ann);
  expect(conversationsIn(text)).toEqual(ids.toSorted());
  expect(text).toContain('a question of Ann');
  expect(text).toContain('"is_hidden":1');
  for (const secret of ['Bob', 'bob', '"api_key"', 'clq_']) expect(text).not.toContain(secret);
  expect(text.split('\n')[0]).toBe('{"colloquy_archive":1,"tenant":"default","selection":true}');
  await using folder = await temporaryFolder();
  await using empty = await freshDatabase();
  const file = folder.path('ann.jsonl');
  writeFileSync(file, text);
  expect(await importFrom(file, empty.url)).toMatch(
    /imported 4 conversations, 7 items, 2 responses/,
  );
  expect(await importFrom(file, access.database.url)).toContain('were there already');
  await using store = await openOn(empty.url);
  const owner = { kind: 'owner', subject: 'ann' } as const;
  const key = { tenant: 'default', conversationId: ids[0] ?? '', access: owner };
  const page = { limit: 9, order: 'asc', after: undefined } as const;
  expect(await store.conversations.listItems({ ...key, page })).toMatchObject({
    page: { entries: [{ type: 'message' }, { type: 'message' }, { type: 'message' }] },
  });
});

test('an export can be limited by metadata and owner', async () => {
  expect(conversationsIn(await exported(keys.ann, '?metadata[topic]=a'))).toEqual([ids[0]]);
  expect(conversationsIn(await exported(keys.ann, '?metadata_key[]=topic'))).toEqual(
    ids.slice(0, 2).toSorted(),
  );
  expect(conversationsIn(await exported(keys.ann, '?metadata_key=%22'))).toEqual([ids[1]]);
  expect(conversationsIn(await exported(keys.ann, '?metadata_key=opic'))).toEqual([]);
  expect(conversationsIn(await exported(keys.ann, '?owner=bob'))).toEqual([]);
  expect(conversationsIn(await exported(keys.ann, '?owner=ann'))).toEqual(ids.toSorted());
  const empty = await exported(keys.ann, '?owner=nobody');
  expect(empty.trimEnd().split('\n')).toHaveLength(2);
  const limited = await access.call(keys.ann, 'GET', `${CONVERSATIONS}/export?limit=5`);
  expect(limited).toMatchObject({ status: 400, body: { error: { code: 'unknown_parameter' } } });
});

test('an export can be limited to some ids, and by times', async () => {
  const [first = '', second = ''] = ids;
  const both = `?conversation_id[]=${first}&conversation_id[]=${second}`;
  expect(conversationsIn(await exported(keys.ann, both))).toEqual([first, second].toSorted());
  expect(conversationsIn(await exported(keys.bob, both))).toEqual([]);
  const none = await access.call(keys.ann, 'GET', `${CONVERSATIONS}/export?conversation_id[]=`);
  expect(none.status).toBe(400);
  for (const name of ['created', 'last_item']) {
    const before = conversationsIn(await exported(keys.ann, `?${name}_before=1000`));
    const after = conversationsIn(await exported(keys.ann, `?${name}_after=1000`));
    expect({ name, before, after }).toEqual({ name, before: [], after: ids.toSorted() });
  }
});

test('a conversation named export is reached by its own id alone', async () => {
  expect((await access.call(keys.ann, 'DELETE', pathOf('export'))).status).toBe(404);
});

test('the command exports the conversations of one subject', async () => {
  await using folder = await temporaryFolder();
  await using empty = await freshDatabase();
  const file = folder.path('ann.jsonl');
  const at = ['--database-url', access.database.url];
  const arguments_ = ['export', ...at, '--subject', 'ann'];
  const { code, stderr } = await runProcess(arguments_, { output: file });
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/exported 4 conversations, 7 items, 2 responses, .*0 API keys/),
  });
  expect(await importFrom(file, empty.url)).toContain('imported 4 conversations');
  const other = await runProcess([...arguments_, '--tenant', 'other']);
  expect(other.stderr).toContain('exported 0 conversations');
  const continued = await runProcess(['export', ...at, '--continue', file, '--tenant', 'default']);
  expect(continued).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('archive_of_selection'),
  });
  const both = await runProcess([...arguments_, '--continue', file]);
  expect(both).toMatchObject({ code: 1, stderr: expect.stringContaining('archive_of_selection') });
});

test.each(['owner=', 'metadata_key[]=', 'metadata_key=&owner=ann'])(
  'an export or a list that is asked for an empty name is refused: %s',
  async (query) => {
    for (const path of [`${CONVERSATIONS}/export`, CONVERSATIONS]) {
      const { status, body } = await access.call(keys.ann, 'GET', `${path}?${query}`);
      expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'empty_string' });
    }
  },
);
