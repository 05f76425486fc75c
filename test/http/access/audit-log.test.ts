import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  CONVERSATIONS,
  createConversation,
  keysWithPolicy,
  pathOf,
  startAccessServer,
  type AccessServer,
} from '../../support/access.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { messages } from '../../support/texts.ts';

interface AuditedServer extends AsyncDisposable {
  readonly access: AccessServer;
  /** A second server on the database and the config file of the first, with an audit log. */
  readonly audited: TestServer;
  /** Path of the audit log. */
  readonly log: string;
  /** Returns the entries of the audit log. */
  entries(): unknown[];
}

async function startAuditedServer(...rules: readonly string[]): Promise<AuditedServer> {
  await using stack = new AsyncDisposableStack();
  const access = stack.use(await startAccessServer(keysWithPolicy(...rules)));
  const log = access.folder.path('audit.jsonl');
  const database = ['--database-url', access.database.url];
  const config = ['--config', access.folder.path('colloquy.yaml')];
  const audited = stack.use(await startServer(...database, ...config, '--audit-log', log));
  const owned = stack.move();
  return {
    access,
    audited,
    log,
    entries: () =>
      readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('the audit log has an entry for each change and each denial, and no content', async () => {
  await using server = await startAuditedServer(
    '{ permit: { actions: [create, read, update, delete] }, when: user is owner, description: Owners may. }',
  );
  const { access, audited, log } = server;
  const [ann, bob] = [await access.key('ann'), await access.key('bob')];
  const call = (token: string, method: string, path: string, body?: unknown) =>
    audited.request(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-request-id': `${method}-1`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const created = await call(ann, 'POST', CONVERSATIONS, { items: messages('hush-hush') });
  const { id } = created.body as { readonly id: string };
  await call(ann, 'GET', pathOf(id));
  await call(bob, 'GET', pathOf(id));
  await call(bob, 'DELETE', pathOf('conv_none'));
  await call(ann, 'POST', pathOf(id), { metadata: { k: 'hush-hush' } });
  await call(ann, 'DELETE', pathOf(id));
  await call('clq_wrong', 'GET', pathOf(id));
  await call('sk-of-somebody', 'GET', pathOf(id));
  await audited.request(pathOf(id), { headers: { 'x-request-id': 'GET-1' } });

  const time = expect.stringMatching(/^\d{4}-/);
  const decided = (
    [requestId, principal, operation]: [string, string, string],
    [action, resource, outcome]: [string, string | null, string],
  ) => ({
    time,
    tenant: 'default',
    request_id: requestId,
    principal,
    operation,
    action,
    resource,
    outcome,
    rule: outcome === 'done' ? 'Owners may.' : null,
  });
  const unauthenticated = (scheme: string, reason: string) => ({
    time,
    request_id: 'GET-1',
    principal: null,
    outcome: 'unauthenticated',
    scheme,
    reason,
  });
  expect(server.entries()).toEqual([
    decided(['POST-1', 'ann', 'createConversation'], ['create', null, 'done']),
    decided(['GET-1', 'bob', 'getConversation'], ['read', id, 'denied']),
    decided(['DELETE-1', 'bob', 'deleteConversation'], ['delete', 'conv_none', 'absent']),
    decided(['POST-1', 'ann', 'updateConversation'], ['update', id, 'done']),
    decided(['DELETE-1', 'ann', 'deleteConversation'], ['delete', id, 'done']),
    unauthenticated('keys', 'unknown key'),
    unauthenticated('none', 'unknown token'),
    unauthenticated('none', 'no credentials'),
  ]);
  const text = readFileSync(log, 'utf8');
  expect(text).not.toContain('hush-hush');
  expect(text).not.toContain('clq_');
  expect(statSync(log).mode & 0o077, 'only its owner may read the audit log').toBe(0);
});

test('the audit log reports a deletion as denied when only the reading was denied', async () => {
  await using server = await startAuditedServer(
    '{ permit: { actions: [create, read, update, delete] }, when: user is owner }',
    'permit: { actions: [update] }',
    '{ forbid: { actions: [read] }, description: Others read nothing. }',
  );
  const { access, audited } = server;
  const [ann, bot] = [await access.key('ann'), await access.key('bot')];
  const id = await createConversation(access, ann);
  const added = await access.call(ann, 'POST', `${pathOf(id)}/items`, { items: messages('x') });
  const item = `${pathOf(id)}/items/${added.body.data[0]?.id}`;
  for (const token of [bot, ann]) {
    const headers = { authorization: `Bearer ${token}` };
    await audited.request(item, { method: 'DELETE', headers });
  }
  const common = { operation: 'deleteConversationItem', action: 'update', resource: id };
  expect(server.entries()).toMatchObject([
    { ...common, principal: 'bot', outcome: 'denied', rule: 'Others read nothing.' },
    { ...common, principal: 'ann', outcome: 'done', rule: expect.stringContaining('line 4 of') },
  ]);
});

test('reads have entries where they are asked for, without words and without texts', async () => {
  await using folder = await temporaryFolder();
  const log = folder.path('audit.jsonl');
  const permit = '{ permit: { actions: [create, read] }, when: user is owner }';
  const settings = ['--audit-log', log, '--audit-log-reads'];
  await using access = await startAccessServer(keysWithPolicy(permit), ...settings);
  const ann = await access.key('ann');
  const created = await access.call(ann, 'POST', CONVERSATIONS, { items: messages('hush-hush') });
  const { id } = created.body;
  const feed = new AbortController();
  const events = await fetch(`${access.server.origin}${pathOf(id)}/events`, {
    headers: { authorization: `Bearer ${ann}` },
    signal: feed.signal,
  });
  expect(events.status).toBe(200);
  await access.call(ann, 'GET', CONVERSATIONS);
  await access.call(ann, 'GET', `${pathOf(id)}/items`);
  await access.call(ann, 'POST', `${CONVERSATIONS}/search`, { query: 'hush-hush' });
  await access.call(ann, 'GET', pathOf('conv_none'));
  feed.abort();
  const reads = () =>
    readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter(({ action }) => action === 'read')
      .map(({ operation, resource, principal, outcome }) => [
        operation,
        resource,
        principal,
        outcome,
      ]);
  // The end of a stream is its line.
  await expect.poll(() => reads().length).toBe(5);
  expect(reads()).toEqual([
    ['listConversations', null, 'ann', 'done'],
    ['listConversationItems', id, 'ann', 'done'],
    ['searchConversations', null, 'ann', 'done'],
    ['getConversation', 'conv_none', 'ann', 'absent'],
    ['streamConversationEvents', id, 'ann', 'client_gone'],
  ]);
  expect(readFileSync(log, 'utf8')).not.toContain('hush');
});
