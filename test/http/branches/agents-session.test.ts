import {
  Agent,
  MemorySession,
  OpenAIProvider,
  OutputGuardrailTripwireTriggered,
  Runner,
  tool,
  type AgentInputItem,
  type Session,
  type SessionHistoryTransaction,
  type SessionHistoryTransactionAwareSession,
} from '@openai/agents';
import OpenAI from 'openai';
import { afterAll, describe, expect, test } from 'vitest';
import { ColloquySession } from '../../../src/agents/session.ts';
import { called, said } from '../../support/chat-answers.ts';
import { startCuttingRelay } from '../../support/cutting-relay.ts';
import { MODEL, startTurnServer } from '../../support/turns.ts';

const turns = await startTurnServer();
const { client, server, play } = turns;
afterAll(() => turns[Symbol.asyncDispose]());

const modelProvider = new OpenAIProvider({ openAIClient: client, useResponses: true });
const runner = new Runner({
  tracingDisabled: true,
  modelProvider,
  modelSettings: { store: false },
});

const asked = (content: string): AgentInputItem => ({ role: 'user', content });
const answered = (text: string): AgentInputItem => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
});
const call = (callId: string): AgentInputItem => ({
  type: 'function_call',
  callId,
  name: 'look_up',
  arguments: '{}',
  status: 'completed',
});
const output = (callId: string, text: string): AgentInputItem => ({
  type: 'function_call_result',
  callId,
  name: 'look_up',
  output: { type: 'text', text },
  status: 'completed',
});
const replaced = (
  expectedSuffix: AgentInputItem[],
  ...replacement: AgentInputItem[]
): SessionHistoryTransaction => ({ type: 'replace_suffix', expectedSuffix, replacement });
const appended = (...items: AgentInputItem[]): SessionHistoryTransaction => ({
  type: 'append_items',
  items,
});

/** Returns the texts of the items of a session, and the ids of calls. */
async function heldBy(session: Session): Promise<readonly string[]> {
  return (await session.getItems()).map((item) => {
    if ('callId' in item) return `${item.type} ${item.callId}`;
    const content = 'content' in item ? item.content : '';
    if (typeof content === 'string') return content;
    return content?.map((part) => ('text' in part ? part.text : part.type)).join() ?? '';
  });
}

type TransactionSession = SessionHistoryTransactionAwareSession & Session;
const KINDS: readonly (readonly [string, () => TransactionSession])[] = [
  ['ColloquySession', () => new ColloquySession({ client })],
  ["the SDK's MemorySession", () => new MemorySession()],
];

describe.each(KINDS)('%s', (name, open) => {
  const apply = (session: TransactionSession, operationId: string, transaction: object) =>
    // Sound: transactions of no known form are refused.
    session.applyHistoryTransaction({
      operationId,
      transaction: transaction as SessionHistoryTransaction,
    });

  test(`${name} appends the items of a transaction once, however often it is repeated`, async () => {
    const session = open();
    await session.addItems([asked('one')]);
    const transaction = appended(call('a'), output('a', 'x'), answered('two'));
    for (let attempt = 0; attempt < 3; attempt += 1) await apply(session, 'op', transaction);
    const held = ['one', 'function_call a', 'function_call_result a', 'two'];
    expect(await heldBy(session)).toEqual(held);
    await apply(session, 'other', appended());
    expect(await heldBy(session)).toEqual(held);
  });

  test(`${name} replaces a suffix once, and a repetition after further items does nothing`, async () => {
    const session = open();
    await session.addItems([asked('q'), call('a'), output('a', 'secret'), answered('long')]);
    const suffix = [call('a'), output('a', 'secret'), answered('long')];
    const transaction = replaced(suffix, call('a'), output('a', 'hidden'));
    await apply(session, 'op', transaction);
    const held = ['q', 'function_call a', 'function_call_result a'];
    expect(await heldBy(session)).toEqual(held);
    await apply(session, 'op', transaction);
    await session.addItems([asked('next')]);
    await apply(session, 'op', transaction);
    expect(await heldBy(session)).toEqual([...held, 'next']);
    await apply(session, 'none', replaced([asked('next')]));
    expect(await heldBy(session)).toEqual(held);
    await apply(session, 'all', replaced([], asked('more')));
    expect(await heldBy(session)).toEqual([...held, 'more']);
  });

  test(`${name} refuses another suffix, and changes nothing`, async () => {
    const session = open();
    await session.addItems([asked('q'), answered('a')]);
    const held = ['q', 'a'];
    const others = [
      [answered('b')],
      [asked('q')],
      [answered('a'), asked('q')],
      [asked('x'), asked('q'), answered('a')],
    ];
    for (const [index, suffix] of others.entries()) {
      const refused = async () =>
        apply(session, `op-${index}`, replaced(suffix, answered('never')));
      await expect(refused()).rejects.toThrow('suffix no longer matches');
    }
    expect(await heldBy(session)).toEqual(held);
    // A refusal is not kept: the same operation may succeed later.
    await session.addItems([answered('b')]);
    await apply(session, 'op-0', replaced([answered('b')], answered('c')));
    expect(await heldBy(session)).toEqual(['q', 'a', 'c']);
  });

  test(`${name} refuses an operation with another transaction`, async () => {
    const session = open();
    await session.addItems([asked('q')]);
    await apply(session, 'op', appended(answered('a')));
    const others = [
      appended(answered('b')),
      appended(answered('a'), answered('a')),
      replaced([answered('a')], answered('b')),
      replaced([answered('z')], answered('b')),
    ];
    for (const other of others) {
      await expect((async () => apply(session, 'op', other))()).rejects.toThrow(
        'already applied with a different transaction',
      );
    }
    expect(await heldBy(session)).toEqual(['q', 'a']);
  });

  test(`${name} has operations of its own`, async () => {
    const sessions = [open(), open()];
    for (const session of sessions) await apply(session, 'op', appended(asked('x')));
    for (const session of sessions) expect(await heldBy(session)).toEqual(['x']);
  });

  test(`${name} refuses what is not an operation`, async () => {
    const session = open();
    const refused = (operationId: string, transaction: object) =>
      expect((async () => apply(session, operationId, transaction))()).rejects.toThrow('ession');
    await refused('', appended());
    await refused(' ', appended());
    await refused('op', { type: 'other' });
    await refused('op', { type: 'append_items' });
    await refused('op', { type: 'replace_suffix', expectedSuffix: [] });
    await refused('op', appended({ ...asked('x'), providerData: { hook: () => 1 } }));
    expect(await session.getItems()).toEqual([]);
  });
});

test('a ColloquySession replaces a suffix once when each answer is lost', async () => {
  await using relay = await startCuttingRelay(Number(new URL(server.url).port));
  const unlucky = new OpenAI({ baseURL: `http://127.0.0.1:${relay.port}/v1`, apiKey: 'any' });
  const session = new ColloquySession({ client: unlucky });
  await session.addItems([asked('q'), answered('a')]);
  const transaction = replaced([answered('a')], answered('b'));
  relay.cutAnswers(1);
  // The list that is read first is cut, then the rewind.
  await session.applyHistoryTransaction({ operationId: 'op', transaction });
  relay.cutAnswers(2);
  await session.applyHistoryTransaction({ operationId: 'op', transaction });
  expect(relay.cuts).toBe(3);
  expect(await heldBy(session)).toEqual(['q', 'b']);
});

test('another process with the same conversation repeats an operation without doing it again', async () => {
  const first = new ColloquySession({ client });
  await first.addItems([asked('q'), answered('a')]);
  const conversationId = await first.getSessionId();
  const operation = {
    operationId: 'op',
    transaction: replaced([answered('a')], answered('b')),
  };
  await first.applyHistoryTransaction(operation);
  const second = new ColloquySession({ client, conversationId });
  await second.applyHistoryTransaction(operation);
  expect(await heldBy(second)).toEqual(['q', 'b']);
});

test('a Runner stores what an output guardrail has blocked by a transaction, without the text', async () => {
  const lookUp = tool({
    name: 'look_up',
    description: 'Returns a secret.',
    strict: false,
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    execute: () => 'the secret is 42',
  });
  const agent = new Agent({
    name: 'guide',
    model: MODEL,
    tools: [lookUp],
    toolUseBehavior: 'stop_on_first_tool',
    outputGuardrails: [
      {
        name: 'no secrets',
        execute: async ({ agentOutput }) => ({
          tripwireTriggered: String(agentOutput).includes('secret'),
          outputInfo: {},
        }),
      },
    ],
  });
  const session = new ColloquySession({ client });
  play(called(['look_up', '{}', 'call_a']));
  await expect(runner.run(agent, 'tell me', { session })).rejects.toThrow(
    OutputGuardrailTripwireTriggered,
  );
  const stored = await session.getItems();
  expect(stored.map(({ type }) => type)).toEqual([
    'message',
    'function_call',
    'function_call_result',
  ]);
  expect(JSON.stringify(stored)).not.toContain('the secret is');
  play(said('sorry'));
  const next = await runner.run(agent, 'and now?', { session });
  expect(next.finalOutput).toBe('sorry');
  expect(await session.getItems()).toHaveLength(5);
});

test('a Runner runs tools with a ColloquySession, and its next run knows all of it', async () => {
  const agent = new Agent({ name: 'guide', model: MODEL });
  const session = new ColloquySession({ client });
  play(said('mild'));
  await runner.run(agent, 'weather?', { session });
  play(said('yes'));
  const { finalOutput } = await runner.run(agent, 'sure?', { session });
  expect(finalOutput).toBe('yes');
  expect(await heldBy(session)).toEqual(['weather?', 'mild', 'sure?', 'yes']);
  await session.popItem();
  expect(await heldBy(session)).toEqual(['weather?', 'mild', 'sure?']);
});
