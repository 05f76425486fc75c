import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  keysWithPolicy,
  pathOf,
  startAccessServer,
  type AccessServer,
} from '../../support/access.ts';
import { said } from '../../support/chat-answers.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { json, startModelServer } from '../../support/model-server.ts';
import { ACTIONS, type Action, type Case, type Named } from './audited-case.ts';
import { OPERATIONS } from './operation-requests.ts';

/** Every operation with every action forbidden in turn: the service refuses when the audit log says so, and only then. */

const RESPONSES = '/v1/responses';

const asked = { model: 'qwen3', input: 'Hello' };
const message = { role: 'user', content: 'x' };
const conversation = ({ conversation: id }: Named) => id;
const response = ({ response: id }: Named) => id;
const newest = ({ newest: id }: Named) => id;
const waiting = ({ waiting: id }: Named) => id;
const continued = ({ continued: id }: Named) => id;

const CASES: readonly Case[] = [
  { operation: 'listConversations', about: '', demands: [], action: undefined },
  { operation: 'exportConversations', about: '', demands: [], action: 'read' },
  { operation: 'getConversationUsage', about: '', demands: [], action: undefined },
  { operation: 'streamEvents', about: '', demands: [], action: undefined },
  {
    operation: 'searchConversations',
    about: '',
    demands: [],
    action: undefined,
    body: () => ({ query: 'x' }),
  },
  {
    operation: 'listResponses',
    about: '',
    demands: ['read'],
    action: undefined,
    resource: conversation,
    query: ({ conversation: id }) => `?conversation=${id}`,
  },
  { operation: 'createConversation', about: '', demands: ['create'], action: 'create' },
  ...(
    [
      'getConversation',
      'listConversationItems',
      'getConversationItem',
      'getConversationHealth',
      'streamConversationEvents',
    ] as const
  ).map((operation): Case => ({
    operation,
    about: '',
    demands: ['read'],
    action: undefined,
    resource: conversation,
  })),
  {
    operation: 'updateConversation',
    about: '',
    demands: ['update'],
    action: 'update',
    resource: conversation,
    body: () => ({ metadata: {} }),
  },
  {
    operation: 'forkConversation',
    about: '',
    demands: ['create', 'read'],
    action: 'create',
    resource: conversation,
    body: ({ item }) => ({ after: item, items: [message] }),
  },
  {
    operation: 'rewindConversation',
    about: '',
    demands: ['update', 'read'],
    action: 'update',
    resource: conversation,
    body: ({ item }) => ({ before: item, items: [message] }),
  },
  {
    operation: 'deleteConversation',
    about: '',
    demands: ['delete'],
    action: 'delete',
    resource: conversation,
  },
  {
    operation: 'createConversationItems',
    about: '',
    demands: ['update'],
    action: 'update',
    resource: conversation,
    body: () => ({ items: [message] }),
  },
  {
    operation: 'deleteConversationItem',
    about: '',
    demands: ['update', 'read'],
    action: 'update',
    resource: conversation,
  },
  {
    operation: 'repairConversation',
    about: '',
    demands: ['update', 'read'],
    action: 'update',
    resource: conversation,
  },
  {
    operation: 'restoreConversation',
    about: '',
    demands: ['delete', 'read'],
    action: 'delete',
    resource: conversation,
    prepare: ({ conversation: id }, key) => access.call(key, 'DELETE', pathOf(id)),
  },
  // Without the permission, nothing matches.
  {
    operation: 'eraseConversations',
    about: '',
    demands: [],
    action: 'delete',
    body: () => ({ metadata: { user: 'none' } }),
  },
  ...['alone', 'not stored'].map((about): Case => ({
    operation: 'createResponse',
    about,
    demands: ['create'],
    action: 'create',
    body: () => ({ ...asked, store: about === 'alone' }),
  })),
  {
    operation: 'createResponse',
    about: 'in a conversation',
    demands: ['update', 'read'],
    action: 'update',
    resource: conversation,
    body: (named) => ({ ...asked, conversation: named.conversation }),
  },
  {
    operation: 'createResponse',
    about: 'with a conversation, not stored',
    demands: ['create', 'read'],
    action: 'create',
    resource: conversation,
    body: (named) => ({ ...asked, conversation: { id: named.conversation }, store: false }),
  },
  {
    operation: 'createResponse',
    about: 'after the newest response, where either an update or a creation will do',
    demands: ['read'],
    action: 'create',
    resource: newest,
    body: (named) => ({ ...asked, previous_response_id: named.newest }),
  },
  {
    operation: 'createResponse',
    about: 'after a response that another one continues',
    demands: ['create', 'read'],
    action: 'create',
    resource: continued,
    body: (named) => ({ ...asked, previous_response_id: named.continued }),
  },
  {
    operation: 'createResponse',
    about: 'after a response in a conversation',
    demands: ['create', 'read'],
    action: 'create',
    resource: response,
    body: (named) => ({ ...asked, previous_response_id: named.response }),
  },
  {
    operation: 'createResponse',
    about: 'after a response, not stored',
    demands: ['create', 'read'],
    action: 'create',
    resource: newest,
    body: (named) => ({ ...asked, previous_response_id: named.newest, store: false }),
  },
  ...[
    { about: 'of input', named: undefined, body: () => asked },
    {
      about: 'of a conversation',
      named: conversation,
      body: (named: Named) => ({ ...asked, conversation: named.conversation }),
    },
    {
      about: 'of a response',
      named: response,
      body: (named: Named) => ({ ...asked, previous_response_id: named.response }),
    },
  ].flatMap(({ about, named: resource, body }): Case[] => {
    const reads: readonly Action[] = resource === undefined ? [] : ['read'];
    const shared = { about, body, ...(resource === undefined ? {} : { resource }) };
    return [
      {
        operation: 'compactResponse',
        ...shared,
        demands: ['create', ...reads],
        action: 'create',
      },
      { operation: 'countInputTokens', ...shared, demands: reads, action: undefined },
    ];
  }),
  {
    operation: 'createResponse',
    about: 'in the background',
    demands: ['update', 'read'],
    action: 'update',
    resource: conversation,
    body: (named) => ({ ...asked, conversation: named.conversation, background: true }),
  },
  {
    operation: 'createResponse',
    about: 'in the background after a response in a conversation',
    demands: ['create', 'read'],
    action: 'create',
    resource: response,
    body: (named) => ({ ...asked, previous_response_id: named.response, background: true }),
  },
  {
    operation: 'cancelResponse',
    about: '',
    demands: ['update', 'read'],
    action: 'update',
    resource: waiting,
  },
  ...(['getResponse', 'listInputItems'] as const).map((operation): Case => ({
    operation,
    about: '',
    demands: ['read'],
    action: undefined,
    resource: response,
  })),
  {
    operation: 'deleteResponse',
    about: '',
    demands: ['delete', 'read'],
    action: 'delete',
    resource: response,
  },
];

/** Operations that no policy is about. */
const UNDECIDED = ['listModels', 'getModel', 'getPrincipal'];

let access: AccessServer;
let log: string;
const keys = new Map<Action | 'all', string>();
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  const counted = json({ input_tokens: 1 });
  const model = stack.use(
    await startModelServer(({ path }) => (path.endsWith('/input_tokens') ? counted : said('Hi'))),
  );
  log = folder.path('audit.jsonl');
  const forbidding = ACTIONS.map(
    (action) =>
      `{ forbid: { actions: [${action}] }, when: user with no-${action} in roles, description: No ${action}. }`,
  );
  const permit = `{ permit: { actions: [${ACTIONS.join(', ')}] }, when: user is owner }`;
  access = stack.use(
    await startAccessServer(
      `${keysWithPolicy(...forbidding, permit)}retention: { trash_days: 1 }\n`,
      '--model-url',
      model.url,
      '--model-profile',
      'llama-cpp',
      '--background-limit',
      '0',
      '--audit-log',
      log,
      '--audit-log-reads',
    ),
  );
  keys.set('all', await access.key('ann'));
  for (const action of ACTIONS) {
    keys.set(action, await access.key('ann', '--role', `no-${action}`));
  }
});
afterAll(() => stack.disposeAsync());

/** Makes what a request may name, with a key that may do everything. */
async function named(): Promise<Named> {
  const key = keys.get('all') ?? '';
  const id = await createConversation(access, key);
  const { body: added } = await access.call(key, 'POST', `${pathOf(id)}/items`, {
    items: [message],
  });
  const responded = async (more: object): Promise<string> =>
    (await access.call(key, 'POST', RESPONSES, { ...asked, ...more })).body.id;
  const first = await responded({});
  await responded({ previous_response_id: first });
  return {
    conversation: id,
    item: added.data[0]?.id ?? '',
    response: await responded({ conversation: id }),
    newest: await responded({}),
    continued: first,
    waiting: await responded({ background: true }),
  };
}

/** Runs a case with a key, and returns the status with the entry that the audit log has of it. */
async function run({ operation, query, body, prepare }: Case, key: Action | 'all', about: Named) {
  const found = OPERATIONS.find(({ id }) => id === operation);
  const path = (found?.template ?? CONVERSATIONS)
    .replace('{conversation_id}', about.conversation)
    .replace('{item_id}', about.item)
    .replace('{response_id}', operation === 'cancelResponse' ? about.waiting : about.response);
  await prepare?.(about, keys.get('all'));
  const id = crypto.randomUUID();
  const headers = { 'x-request-id': id };
  const answer = await access.call(
    keys.get(key),
    found?.method ?? '',
    `${path}${query?.(about) ?? ''}`,
    body?.(about),
    headers,
  );
  const entries = readFileSync(log, 'utf8').trim().split('\n');
  const entry = entries.find((line) => line.includes(id) && line.includes(`"${operation}"`));
  return {
    status: answer.status,
    // Sound: a line of the audit log is an object.
    entry:
      entry === undefined ? undefined : (JSON.parse(entry) as Readonly<Record<string, unknown>>),
  };
}

test('The cases have every operation that needs credentials, and no other', () => {
  const closed = OPERATIONS.filter(({ isPublic }) => !isPublic).map(({ id }) => id);
  const taught = new Set([...CASES.map(({ operation }) => operation), ...UNDECIDED]);
  expect([...taught].toSorted(), 'add or remove cases in this file').toEqual(closed.toSorted());
});

describe.each(CASES)('$operation $about', (each) => {
  test.each(ACTIONS)(
    `${each.operation} ${each.about} is refused, and recorded so, if it demands %s and that is forbidden`,
    async (forbidden) => {
      const about = await named();
      const { status, entry } = await run(each, forbidden, about);
      const [resource, { operation }] = [each.resource?.(about) ?? null, each];
      if (each.demands.includes(forbidden)) {
        expect([400, 403, 404], 'the service must refuse it').toContain(status);
        const rule = `No ${forbidden}.`;
        expect(entry).toMatchObject({ operation, resource, outcome: 'denied', rule });
        return;
      }
      expect(status, 'the service must carry it out').toBe(200);
      const { action } = each;
      const done = { operation, action, resource, outcome: 'done' };
      // A stream that its reader leaves is recorded afterwards, and not as done.
      if (action === undefined && !operation.startsWith('stream')) {
        expect(entry).toMatchObject({ ...done, action: 'read' });
      } else if (action !== undefined) {
        const rule = each.demands.length === 0 ? null : expect.stringContaining('line 8 of');
        expect(entry).toMatchObject({ ...done, rule });
      }
    },
  );
});
