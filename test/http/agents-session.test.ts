import { OpenAIConversationsSession } from '@openai/agents';
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
