/** Faults of other servers, checked in the messages that a model server gets for a context. */

import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import { call, item, message, output, reasoning } from '../history/items.ts';
import { messagesOf, sentCall } from '../model/chat-context.ts';
import { assembled } from './context.ts';

const USER = { role: 'user', content: 'Look' };

/** Returns the messages of a chat request for a history and the items of a request. */
async function messages(
  history: readonly JsonObject[],
  input: readonly JsonObject[] = [],
): Promise<unknown> {
  return messagesOf(assembled(history, input).items);
}

test('a long history reaches the model from its first item to its last', async () => {
  const history = Array.from({ length: 250 }, (_entry, place) =>
    message(place % 2 === 0 ? 'user' : 'assistant', `Message ${place}`),
  );
  const sent = await messages(history, [message('user', 'Look')]);
  expect(sent).toHaveLength(251);
  expect(sent).toMatchObject({
    0: { content: 'Message 0' },
    249: { content: 'Message 249' },
    250: USER,
  });
});

test('calls, outputs and the user’s words of earlier turns reach the model', async () => {
  const history = [
    message('user', 'Look'),
    call('a'),
    output('a', 'blue'),
    message('assistant', 'It is blue.'),
  ];
  expect(await messages(history, [message('user', 'Why?')])).toEqual([
    USER,
    { role: 'assistant', content: '', tool_calls: [sentCall('a')] },
    { role: 'tool', tool_call_id: 'a', content: 'blue' },
    { role: 'assistant', content: 'It is blue.' },
    { role: 'user', content: 'Why?' },
  ]);
});

test('messages of the system in earlier turns reach the model in their places', async () => {
  const history = [
    message('system', 'Be brief'),
    message('user', 'Look'),
    message('assistant', 'Blue'),
    message('system', 'Be long'),
  ];
  expect(await messages(history, [message('user', 'Why?')])).toEqual([
    { role: 'system', content: 'Be brief' },
    USER,
    { role: 'assistant', content: 'Blue' },
    { role: 'system', content: 'Be long' },
    { role: 'user', content: 'Why?' },
  ]);
});

test('a message that says the same as the one before it is not a duplicate', async () => {
  const history = [message('user', 'Look'), message('user', 'Look')];
  expect(await messages(history, [message('user', 'Look')])).toEqual([USER, USER, USER]);
});

test('reasoning never becomes a message of its own', async () => {
  const history = [
    message('user', 'Look'),
    reasoning('Hm'),
    message('assistant', 'Blue'),
    message('user', 'Look'),
    reasoning('Hmm'),
  ];
  expect(await messages(history, [message('user', 'Look')])).toEqual([
    USER,
    { role: 'assistant', content: 'Blue' },
    USER,
    USER,
  ]);
});

test('parallel calls are one message of the assistant, and their outputs follow it directly', async () => {
  const history = [
    message('user', 'Look'),
    reasoning('Hm'),
    message('assistant', 'Let me see.'),
    call('a'),
    call('b'),
  ];
  const input = [message('user', 'Look'), output('b', 'green'), output('a', 'blue')];
  expect(await messages(history, input)).toMatchObject([
    USER,
    { role: 'assistant', content: 'Let me see.', tool_calls: [sentCall('a'), sentCall('b')] },
    { role: 'tool', tool_call_id: 'a', content: 'blue' },
    { role: 'tool', tool_call_id: 'b', content: 'green' },
    USER,
  ]);
});

test('every part of a message and of reasoning reaches the model', async () => {
  const parts = ['one', 'two'].map((text) => ({ type: 'input_text', text }));
  const thoughts = ['one', 'two'].map((text) => ({ type: 'reasoning_text', text }));
  const history = [
    message('user', '', { content: parts }),
    reasoning('', { content: thoughts }),
    call('a'),
  ];
  expect(await messages(history, [output('a', 'blue')])).toMatchObject([
    { role: 'user', content: [{ text: 'one' }, { text: 'two' }] },
    { role: 'assistant', reasoning_content: 'one\ntwo', tool_calls: [sentCall('a')] },
    { role: 'tool' },
  ]);
});

test('arguments reach the model byte by byte', async () => {
  const texts = ['{"b":1.0,"a":1e400, "a":"\\u00e4"}', '{ "n":0.10 }', ' {} '];
  const calls = texts.map((text, place) => call(`c${place}`, { arguments: text }));
  const outputs = texts.map((_text, place) => output(`c${place}`));
  expect(await messages([message('user', 'Look'), ...calls], outputs)).toMatchObject({
    1: { tool_calls: texts.map((text, place) => sentCall(`c${place}`, 'look', text)) },
  });
});

test('an output of parts reaches the model as text and images', async () => {
  const parts = [
    { type: 'input_text', text: 'A lake' },
    { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'auto', file_id: null },
  ];
  const answer = item('function_call_output', { call_id: 'a', output: parts });
  expect(await messages([message('user', 'Look'), call('a')], [answer])).toMatchObject([
    USER,
    { role: 'assistant' },
    { role: 'tool', tool_call_id: 'a', content: 'A lake' },
    {
      role: 'user',
      content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }],
    },
  ]);
});
