import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { called, said } from '../../support/chat-answers.ts';
import type { ServingProcess } from '../../support/faulty.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { startMcpServer } from '../../support/mcp-server.ts';
import { startModelServer } from '../../support/model-server.ts';
import {
  ageLeases,
  gate,
  postgresDatabase,
  serveTurns,
  SHARED_DATABASES,
  type SharedDatabase,
} from '../../support/process-turns.ts';
import { sums } from '../../support/tool-turns.ts';

const LEASE_MS = 15_000;
const tools = [sums({ require_approval: 'always' })];
const ADD = called(['sums__add', '{"a":2,"b":3}', 'call_a']);
/** The item of a call that was begun and whose outcome is lost. */
const MAY_HAVE_RUN = {
  type: 'mcp_call',
  status: 'failed',
  output: null,
  error: { type: 'mcp_protocol_error', message: expect.stringMatching(/may have run/) },
};

/** Starts two processes on a database with an MCP server, and has a model ask for an approval in a conversation. */
async function startAsked(openDatabase: () => Promise<SharedDatabase>) {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await openDatabase());
  const model = stack.use(await startModelServer());
  const mcp = stack.use(await startMcpServer());
  const folder = stack.use(await temporaryFolder());
  const config = folder.path('colloquy.yaml');
  await writeFile(config, `mcp_servers: [{ label: sums, url: '${mcp.url}' }]\n`);
  const start = async () => stack.use(await serveTurns(database, model, '--config', config));
  const [first, second] = [await start(), await start()];
  const { id: conversation } = await first.client.conversations.create();
  model.play(ADD);
  const asked = await first.client.responses.create({ conversation, tools, input: 'sum?' });
  const request = asked.output.find(({ type }) => type === 'mcp_approval_request');
  const approval = {
    type: 'mcp_approval_response',
    approval_request_id: request?.id ?? '',
    approve: true,
  } as const;
  const approved = (more: object = {}) => ({ conversation, tools, input: [approval], ...more });
  const owned = stack.move();
  return {
    database,
    model,
    mcp,
    first,
    second,
    conversation,
    asked,
    requestId: approval.approval_request_id,
    /** Sends the approval. */
    approve: (
      { client }: ServingProcess,
      more: object = {},
      options: { readonly signal?: AbortSignal } = {},
    ): Promise<OpenAI.Responses.Response> => client.responses.create(approved(more), options),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe.each(SHARED_DATABASES)('an approved call on %s', (name, openDatabase) => {
  test.each([
    ['whose client waits', {}],
    ['in the background', { background: true }],
  ])(
    `An approved call on ${name} of a response %s whose process is killed is not made again`,
    async (_kind, more) => {
      await using asked = await startAsked(openDatabase);
      const { database, model, mcp, first, second, approve, requestId } = asked;
      const { opened, open } = gate();
      mcp.beforeEach(() => opened);
      const lost = approve(first, more).catch(() => undefined);
      await expect.poll(() => mcp.calls.length).toBe(1);
      first.child.kill('SIGKILL');
      await lost;
      open();
      await ageLeases(database, LEASE_MS);
      if ('background' in more) {
        const { id = '' } = (await lost) ?? {};
        await expect
          .poll(() => second.client.responses.retrieve(id))
          .toMatchObject({ status: 'failed' });
      }
      model.play(said('It may have run.'));
      const { output, status } = await approve(second);
      expect(status).toBe('completed');
      expect(output).toMatchObject([
        { ...MAY_HAVE_RUN, approval_request_id: requestId },
        { type: 'message' },
      ]);
      expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('may have run');
      expect(mcp.calls).toHaveLength(1);
      await expect(approve(second)).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining('has already been answered'),
      });
    },
  );

  test(`An approved call on ${name} that one process has made is not made by another one, when its turn has failed`, async () => {
    await using asked = await startAsked(openDatabase);
    const { model, mcp, first, second, approve } = asked;
    model.play({ status: 500, steps: ['{}'] });
    await expect(approve(first)).rejects.toMatchObject({ status: 500 });
    model.play(said('It may have run.'));
    expect((await approve(second)).output[0]).toMatchObject(MAY_HAVE_RUN);
    expect(mcp.calls).toHaveLength(1);
  });

  test(`An approved call on ${name} whose server is gone can be made by the next approval, when its turn has failed`, async () => {
    await using asked = await startAsked(openDatabase);
    const { database, model, mcp, first, approve } = asked;
    await mcp[Symbol.asyncDispose]();
    model.play({ status: 500, steps: ['{}'] });
    await expect(approve(first)).rejects.toMatchObject({ status: 500 });
    expect(await database.run('SELECT token FROM approved_calls')).toEqual([]);
  });
});

test('An approved call whose client goes away before it is sent can be made by the next approval', async () => {
  await using asked = await startAsked(postgresDatabase);
  const { database, model, mcp, first, second, approve, conversation } = asked;
  await using holder = await lockConversation(database, conversation);
  const stop = new AbortController();
  // A branch: its own turn does not need the locked conversation.
  const branch = { conversation: undefined, previous_response_id: asked.asked.id };
  const left = approve(first, branch, { signal: stop.signal });
  await expect.poll(() => holder.waiting()).toBe(1);
  stop.abort();
  await expect(left).rejects.toThrow();
  // Until the process has noticed.
  await sleep(1_000);
  await holder.release();
  // The turn ends after that.
  await expect
    .poll(() => database.run(`SELECT 1 AS one FROM responses WHERE status = 'cancelled'`))
    .toHaveLength(1);
  expect(await database.run('SELECT token FROM approved_calls')).toEqual([]);
  expect(mcp.calls).toEqual([]);
  model.play(said('It is 5.'));
  expect((await approve(second)).output[0]).toMatchObject({ type: 'mcp_call', output: '5' });
  expect(mcp.calls).toHaveLength(1);
});

/** Locks a conversation until it is released. */
async function lockConversation({ url }: SharedDatabase, conversation: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT id FROM conversations WHERE id = $1 FOR UPDATE', [conversation]);
  return {
    /** Resolves with the number of statements that wait for a lock. */
    waiting: async () => {
      const { rows } = await client.query(
        `SELECT 1 AS one FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length;
    },
    release: () => client.query('COMMIT'),
    [Symbol.asyncDispose]: () => client.end(),
  };
}
