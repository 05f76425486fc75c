import { describe, expect, test } from 'vitest';
import type { ContextItem } from '../../src/model/port.ts';
import { ANSWER, call, message, messagesOf, output, reasoning, sentCall } from './chat-context.ts';
import { exchange } from './client.ts';

describe('messages', () => {
  test('instructions are the first message', async () => {
    const items = [message('system', 'Old rules.'), message('user', 'Hello')];
    expect(await messagesOf(items, {}, { instructions: 'Be brief.' })).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'system', content: 'Old rules.' },
      { role: 'user', content: 'Hello' },
    ]);
  });

  test('all items between two messages of a user become one assistant message', async () => {
    const items = [
      message('user', 'Bonn and Ulm?'),
      reasoning('Two calls.'),
      message('assistant', 'One moment.'),
      message('assistant', 'Looking.'),
      call('a'),
      call('b'),
      output('a', '12'),
      output('b', '9'),
      message('assistant', '12 and 9.'),
      message('user', 'Thanks'),
    ];
    expect(await messagesOf(items)).toEqual([
      { role: 'user', content: 'Bonn and Ulm?' },
      {
        role: 'assistant',
        content: 'One moment.\nLooking.',
        tool_calls: [sentCall('a'), sentCall('b')],
      },
      { role: 'tool', tool_call_id: 'a', content: '12' },
      { role: 'tool', tool_call_id: 'b', content: '9' },
      { role: 'assistant', content: '12 and 9.' },
      { role: 'user', content: 'Thanks' },
    ]);
  });

  test('outputs follow their calls in the order of the calls, before a message between them', async () => {
    const items = [
      message('user', 'Go'),
      call('a'),
      call('b'),
      message('user', 'Hurry'),
      output('b', '2'),
      output('a', '1'),
    ];
    expect(await messagesOf(items)).toEqual([
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: '', tool_calls: [sentCall('a'), sentCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'user', content: 'Hurry' },
    ]);
  });

  test('an id that two calls share belongs to the next output each time', async () => {
    const items = [
      call('a'),
      output('a', 'first'),
      call('a'),
      message('user', 'Hurry'),
      output('a', 'second'),
    ];
    expect(await messagesOf(items)).toEqual([
      { role: 'assistant', content: '', tool_calls: [sentCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'first' },
      { role: 'assistant', content: '', tool_calls: [sentCall('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'second' },
      { role: 'user', content: 'Hurry' },
    ]);
  });

  test('an assistant message without text has the content that the profile demands', async () => {
    const items = [call('a'), output('a', '1')];
    const contents = await Promise.all(
      (['null', 'empty', 'omitted'] as const).map(async (emptyContent) =>
        JSON.stringify(await messagesOf(items, { adjustments: { emptyContent } })),
      ),
    );
    expect(contents[0]).toContain('"content":null');
    expect(contents[1]).toContain('"content":""');
    expect(contents[2]).toMatch(/^\[\{"role":"assistant","tool_calls"/);
  });

  test('arguments are sent as they are, and as JSON where the server parses them', async () => {
    const items = [
      call('a', 'look', '{"at" : 1.0}'),
      call('b', 'look', '{"at'),
      call('c', 'look', ''),
    ];
    const sent = async (profile: 'openai' | 'llama-cpp'): Promise<string> =>
      JSON.stringify(await messagesOf(items, { profile }));
    for (const text of ['{"at" : 1.0}', '{"at', '{}']) {
      expect(await sent('openai')).toContain(JSON.stringify({ arguments: text }).slice(1, -1));
    }
    expect(await sent('llama-cpp')).toContain(
      JSON.stringify({ arguments: '{"input":"{\\"at"}' }).slice(1, -1),
    );
  });

  test('parts are text, images, audio and files, and text alone is a plain text', async () => {
    const items: ContextItem[] = [
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'See' },
          { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'high' },
          { type: 'input_image', image_url: 'https://host.example/a.png', detail: 'auto' },
          { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
          { type: 'input_file', filename: 'a.txt', file_data: 'data:text/plain;base64,w6Q=' },
        ],
      },
    ];
    expect(await messagesOf(items)).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'high' } },
          { type: 'image_url', image_url: { url: 'https://host.example/a.png' } },
          { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
          { type: 'text', text: 'ä' },
        ],
      },
    ]);
  });

  test('a part that the server cannot take fails before anything is sent', async () => {
    const parts = [
      [{ type: 'input_image', file_id: 'file_1' }, 'generic', 'input[0].content[0].file_id'],
      [
        { type: 'input_image', image_url: 'https://a.example/b' },
        'ollama',
        'input[0].content[0].image_url',
      ],
      [{ type: 'input_file', file_id: 'file_1' }, 'openai', 'input[0].content[0].file_id'],
      [
        { type: 'input_file', file_data: 'data:application/pdf;base64,AA==' },
        'generic',
        'input[0].content[0].file_data',
      ],
    ] as const;
    for (const [part, profile, param] of parts) {
      const items: ContextItem[] = [{ type: 'message', role: 'user', content: [part] }];
      const { events, server } = await exchange(ANSWER, { model: 'small', items }, { profile });
      expect(events).toMatchObject([{ type: 'failure', failure: { kind: 'unsupported', param } }]);
      expect(server.requests).toEqual([]);
    }
  });

  test('images of outputs follow all outputs of the group in a message of the user', async () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AA==' } as const;
    const items: ContextItem[] = [
      call('a'),
      call('b'),
      { type: 'function_call_output', call_id: 'a', output: [image] },
      {
        type: 'function_call_output',
        call_id: 'b',
        output: [{ type: 'input_text', text: 'one' }, image, { type: 'input_text', text: 'two' }],
      },
    ];
    const sent = { type: 'image_url', image_url: { url: image.image_url } };
    expect(await messagesOf(items)).toEqual([
      { role: 'assistant', content: '', tool_calls: [sentCall('a'), sentCall('b')] },
      { role: 'tool', tool_call_id: 'a', content: '[image]' },
      { role: 'tool', tool_call_id: 'b', content: 'one\ntwo' },
      { role: 'user', content: [sent, sent] },
    ]);
    const inTool = await messagesOf(items.slice(0, 3), { adjustments: { toolImages: 'tool' } });
    expect(inTool).toContainEqual({ role: 'tool', tool_call_id: 'a', content: [sent] });
  });

  test('custom calls and calls of MCP servers are calls of functions', async () => {
    const items: ContextItem[] = [
      { type: 'custom_tool_call', call_id: 'a', name: 'run', input: 'ls "x"' },
      { type: 'custom_tool_call_output', call_id: 'a', output: 'ok' },
      {
        type: 'mcp_call',
        id: 'm1',
        server_label: 'docs',
        name: 'ask',
        arguments: '{}',
        output: 'yes',
      },
      {
        type: 'mcp_call',
        id: 'm2',
        server_label: 'docs',
        name: 'ask',
        arguments: '{}',
        error: 'gone',
      },
    ];
    expect(await messagesOf(items)).toEqual([
      {
        role: 'assistant',
        content: '',
        tool_calls: [sentCall('a', 'run', '{"input":"ls \\"x\\""}')],
      },
      { role: 'tool', tool_call_id: 'a', content: 'ok' },
      {
        role: 'assistant',
        content: '',
        tool_calls: [sentCall('m1', 'docs__ask', '{}'), sentCall('m2', 'docs__ask', '{}')],
      },
      { role: 'tool', tool_call_id: 'm1', content: 'yes' },
      { role: 'tool', tool_call_id: 'm2', content: 'Error: gone' },
    ]);
  });

  test('an earlier refusal is a field for OpenAI, and text for others', async () => {
    const items: ContextItem[] = [
      { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
    ];
    expect(await messagesOf(items, { profile: 'openai' })).toEqual([
      { role: 'assistant', content: null, refusal: 'No.' },
    ]);
    expect(await messagesOf(items)).toEqual([{ role: 'assistant', content: 'No.' }]);
  });

  test('system messages and neighbours of one role are arranged as the templates demand', async () => {
    const items = [
      message('developer', 'A'),
      message('system', 'B'),
      message('user', 'C'),
      message('system', 'D'),
      message('user', 'E'),
    ];
    const adjustments = {
      leadingSystem: 'merged',
      laterSystem: 'user',
      userMessages: 'merged',
    } as const;
    expect(await messagesOf(items, { adjustments })).toEqual([
      { role: 'system', content: 'A\n\nB' },
      { role: 'user', content: 'C\n\nD\n\nE' },
    ]);
    expect(await messagesOf(items, { profile: 'openai' })).toContainEqual({
      role: 'developer',
      content: 'A',
    });
  });
});
