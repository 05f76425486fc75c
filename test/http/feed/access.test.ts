import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createConversation,
  keysWithPolicy,
  pathOf,
  startAccessServer,
  type AccessServer,
} from '../../support/access.ts';
import { openFeed, type FeedReader } from '../../support/feed.ts';
import { openOn } from '../../support/store.ts';

/** Conversations are their owner's, and the owner's teams may read them. */
const POLICY = [
  'permit: { actions: [create, read, update, delete] }\n      when: [user is owner]',
  'permit: { actions: [read] }\n      when: [user in owners teams]',
];

let access: AccessServer;
let keys: Readonly<Record<'ann' | 'bob' | 'eve' | 'stranger', string>>;
beforeAll(async () => {
  access = await startAccessServer(keysWithPolicy(...POLICY));
  keys = {
    ann: await access.key('ann', '--tenant', 'acme', '--team', 'core'),
    bob: await access.key('bob', '--tenant', 'acme', '--team', 'core'),
    eve: await access.key('eve', '--tenant', 'acme', '--team', 'sales'),
    stranger: await access.key('ann', '--tenant', 'other', '--team', 'core'),
  };
});
afterAll(() => access[Symbol.asyncDispose]());

type Person = keyof typeof keys;

function feed(person: Person, conversation?: string, after?: string): Promise<FeedReader> {
  const path =
    conversation === undefined ? '/v1/conversations/events' : `${pathOf(conversation)}/events`;
  const cursor = after === undefined ? {} : { after };
  return openFeed(`${access.server.origin}${path}`, { token: keys[person], ...cursor });
}

/** Makes a conversation, changes it in every way, and deletes it. */
async function changeAll(person: Person): Promise<string> {
  const token = keys[person];
  const id = await createConversation(access, token);
  const items = [{ role: 'user', content: 'x' }];
  const { body } = await access.call(token, 'POST', `${pathOf(id)}/items`, { items });
  await access.call(token, 'POST', pathOf(id), { metadata: { a: 'b' } });
  await access.call(token, 'DELETE', `${pathOf(id)}/items/${body.data[0]?.id}`);
  await access.call(token, 'POST', `${pathOf(id)}/items`, { items });
  return id;
}

async function remove(person: Person, id: string): Promise<void> {
  expect((await access.call(keys[person], 'DELETE', pathOf(id))).status).toBe(200);
}

test('nobody reads an event of a conversation that they may not read, nor of its deletion', async () => {
  const people: readonly Person[] = ['ann', 'bob', 'eve', 'stranger'];
  const open = await Promise.all(people.map((person) => feed(person)));
  const cursors = open.map(({ cursor }) => cursor);
  const made: (readonly [Person, string])[] = [];
  for (const person of people) made.push([person, await changeAll(person)] as const);
  const reading = people.map((_, index) => readAll(open[index], idOf(people[index])));
  for (const [person, id] of made) await remove(person, id);
  function idOf(person: Person | undefined): string {
    return made.find(([owner]) => owner === person)?.[1] ?? '';
  }
  const allowed: Readonly<Record<Person, readonly Person[]>> = {
    ann: ['ann', 'bob'],
    bob: ['ann', 'bob'],
    eve: ['eve'],
    stranger: ['stranger'],
  };
  for (const [index, person] of people.entries()) {
    await reading[index];
    const ids = allowed[person].map(idOf);
    await using again = await feed(person, undefined, cursors[index]);
    await readAll(again, idOf(person));
    for (const reader of [open[index], again]) {
      const found = new Set(reader?.events.map((event) => event.conversation_id));
      expect(
        [...found].filter((id) => !ids.includes(id)),
        person,
      ).toEqual([]);
      expect(found.has(idOf(person))).toBe(true);
    }
    await open[index]?.[Symbol.asyncDispose]();
  }
});

/** Reads until a conversation is deleted. */
async function readAll(reader: FeedReader | undefined, id: string): Promise<void> {
  await reader?.until((events) =>
    events.some((event) => event.conversation_id === id && event.type === 'conversation.deleted'),
  );
}

test('the feed of a conversation is open to those who may read it, and 404 for all others', async () => {
  const id = await changeAll('ann');
  await using own = await feed('ann', id);
  await using shared = await feed('bob', id);
  expect([own.response.status, shared.response.status]).toEqual([200, 200]);
  for (const person of ['eve', 'stranger'] as const) {
    const absent = await feed(person, 'conv_0');
    const foreign = await feed(person, id);
    expect(foreign.response.status).toBe(404);
    const text = await foreign.response.text();
    expect(text.replaceAll(id, 'conv_0')).toBe(await absent.response.text());
    const after = await feed(person, id, own.cursor);
    expect(after.response.status).toBe(404);
  }
  await remove('ann', id);
  await own.end();
  await shared.end();
  expect(shared.events.at(-1)?.type).toBe('conversation.deleted');
  for (const person of ['eve', 'stranger'] as const) {
    expect((await feed(person, id, own.cursor)).response.status).toBe(404);
  }
});

test('the feed of a conversation ends for a reader who may no longer read it', async () => {
  const token = keys.ann;
  const id = await createConversation(access, token);
  await using reader = await feed('bob', id);
  await using store = await openOn(access.database.url);
  await store.conversations.adopt({
    from: { tenant: 'acme', owner: 'ann' },
    to: { tenant: 'acme', owner: 'eve', attributes: {} },
    conversationId: id,
  });
  expect(await reader.end()).toContain(`Conversation with id '${id}' not found.`);
});

test.each(['one conversation', 'all conversations'])(
  'the feed of %s ends before the next event when its key is revoked',
  async (what) => {
    const tenant = ['--tenant', `revoked-${what.length}`];
    const [revoked, other] = [
      await access.key('ann', ...tenant),
      await access.key('ann', ...tenant),
    ];
    const id = await createConversation(access, other);
    const path = what === 'one conversation' ? pathOf(id) : '/v1/conversations';
    await using reader = await openFeed(`${access.server.origin}${path}/events`, {
      token: revoked,
    });
    const listed = await access.command('keys', 'list', ...tenant, '--json');
    const [first = { id: '' }] = JSON.parse(listed) as { id: string }[];
    await access.command('keys', 'revoke', first.id);
    // The server keeps what it knows of a key for less than a second.
    await new Promise((resolve) => setTimeout(resolve, 900));
    const items = [{ role: 'user', content: 'x' }];
    await access.call(other, 'POST', `${pathOf(id)}/items`, { items });
    expect(await reader.end()).toContain('invalid_api_key');
    expect(reader.events.filter(({ type }) => type === 'conversation.item.created')).toEqual([]);
  },
);
