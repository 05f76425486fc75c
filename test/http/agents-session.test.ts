import {
  Agent,
  OpenAIConversationsSession,
  Runner,
  Usage,
  tool,
  type AgentInputItem,
  type AgentOutputItem,
  type Model,
  type ModelRequest,
  type ModelResponse,
} from '@openai/agents';
import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

test('the OpenAIConversationsSession of the Agents SDK works unchanged', async () => {
  await using server = await startServer();
  const session = new OpenAIConversationsSession({ client: server.client });
  expect(await session.getItems()).toEqual([]);

  const rounds = Array.from({ length: 7 }, (_, index) => index);
  for (const round of rounds) {
    await session.addItems([
      { role: 'user', content: `question ${round}` },
      {
        type: 'function_call',
        callId: `call_${round}`,
        name: 'look_up',
        arguments: '{}',
        status: 'completed',
      },
      {
        type: 'function_call_result',
        callId: `call_${round}`,
        name: 'look_up',
        output: { type: 'text', text: `result ${round}` },
        status: 'completed',
      },
      {
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: `answer ${round}` }],
      },
    ]);
  }

  const all = await session.getItems();
  expect(all).toHaveLength(28);
  expect(all.slice(0, 4)).toMatchObject([
    { role: 'user', content: [{ type: 'input_text', text: 'question 0' }] },
    { type: 'function_call', callId: 'call_0', name: 'look_up' },
    { type: 'function_call_result', callId: 'call_0' },
    { role: 'assistant', content: [{ type: 'output_text', text: 'answer 0' }] },
  ]);
  expect(await session.getItems(3)).toEqual(all.slice(-3));

  expect(await session.popItem()).toEqual(all.at(-1));
  expect(await session.getItems()).toEqual(all.slice(0, -1));

  const id = await session.getSessionId();
  await session.clearSession();
  await expect(server.client.conversations.retrieve(id)).rejects.toThrow('404');
  expect(await session.getItems()).toEqual([]);
});

/** A model that answers with the outputs it is given, one list for each request, and keeps what it was sent. */
class ScriptedModel implements Model {
  readonly #outputs: AgentOutputItem[][];
  readonly inputs: (readonly AgentInputItem[])[] = [];

  constructor(...outputs: AgentOutputItem[][]) {
    this.#outputs = outputs;
  }

  getResponse({ input }: ModelRequest): Promise<ModelResponse> {
    this.inputs.push(typeof input === 'string' ? [{ role: 'user', content: input }] : [...input]);
    const output = this.#outputs.shift();
    if (output === undefined) throw new Error('the script has no further answer');
    return Promise.resolve({ usage: new Usage(), output });
  }

  getStreamedResponse(): never {
    throw new Error('the runner must not stream');
  }
}

const CALLS = Array.from({ length: 25 }, (_, index) => `call_${index}`);

function answer(id: string, text: string): AgentOutputItem {
  const content = [{ type: 'output_text' as const, text }];
  return { id, type: 'message', role: 'assistant', status: 'completed', content };
}

function runnerOf(model: Model): Runner {
  return new Runner({ tracingDisabled: true, modelProvider: { getModel: () => model } });
}

test('a Runner stores 25 parallel calls and their results in order, and its next run sends them to the model', async () => {
  await using server = await startServer();
  const session = new OpenAIConversationsSession({ client: server.client });
  const calls = CALLS.map((callId, index): AgentOutputItem => ({
    type: 'function_call',
    callId,
    name: 'depth',
    arguments: JSON.stringify({ index }),
    status: 'completed',
  }));
  const model = new ScriptedModel(
    calls,
    [answer('msg_1', 'all are deep')],
    [answer('msg_2', 'yes')],
  );
  const depth = tool({
    name: 'depth',
    description: 'Returns the depth of a lake.',
    strict: false,
    parameters: {
      type: 'object',
      properties: { index: { type: 'number' } },
      required: ['index'],
      additionalProperties: true,
    },
    execute: (input) => `result of ${JSON.stringify(input)}`,
  });
  const agent = new Agent({ name: 'guide', tools: [depth] });
  const first = await runnerOf(model).run(agent, 'how deep are the lakes?', { session });
  expect(first.finalOutput).toBe('all are deep');

  const id = await session.getSessionId();
  const page = await server.client.conversations.items.list(id, { order: 'asc', limit: 100 });
  const stored = page.data.map((item) =>
    'call_id' in item ? [item.type, item.call_id] : item.type,
  );
  expect(stored).toEqual([
    'message',
    ...CALLS.map((call) => ['function_call', call]),
    ...CALLS.map((call) => ['function_call_output', call]),
    'message',
  ]);

  const second = await runnerOf(model).run(agent, 'really?', { session });
  expect(second.finalOutput).toBe('yes');
  const seen = model.inputs[2]?.map((item) =>
    'callId' in item ? [item.type, item.callId] : item.type,
  );
  expect(seen).toEqual([
    'message',
    ...CALLS.map((call) => ['function_call', call]),
    ...CALLS.map((call) => ['function_call_result', call]),
    'message',
    'message',
  ]);
  expect(await session.getItems()).toHaveLength(54);
});

test('the encrypted content of reasoning comes back to the model in the next run of a Runner', async () => {
  await using server = await startServer();
  const session = new OpenAIConversationsSession({ client: server.client });
  const reasoning: AgentOutputItem = {
    id: 'rs_1',
    type: 'reasoning',
    content: [{ type: 'input_text', text: 'looking for lakes' }],
    providerData: { encrypted_content: 'b3BhcXVl' },
  };
  const model = new ScriptedModel(
    [reasoning, answer('msg_1', 'Oeschinensee')],
    [answer('msg_2', 'yes')],
  );
  const agent = new Agent({ name: 'guide' });
  await runnerOf(model).run(agent, 'which lake?', { session });
  await runnerOf(model).run(agent, 'really?', { session });
  expect(model.inputs[1]?.map(({ type }) => type)).toEqual([
    'message',
    'reasoning',
    'message',
    'message',
  ]);
  expect(model.inputs[1]?.[1]).toMatchObject({
    content: [{ text: 'looking for lakes' }],
    providerData: { encrypted_content: 'b3BhcXVl' },
  });
});
