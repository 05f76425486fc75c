import { describe, expect, test } from 'vitest';
import type { ModelRequest, ModelTool } from '../../src/model/port.ts';
import { DONE, json, sse, streamed, type ScriptedAnswer } from '../support/model-server.ts';
import { asking, exchange, summary, type Overrides } from './client.ts';

async function read(
  answer: ScriptedAnswer,
  overrides: Overrides = {},
  fields: Partial<ModelRequest> = {},
): Promise<readonly unknown[]> {
  const request = asking('Hello', fields);
  const { events } = await exchange(answer, request, { protocol: 'responses', ...overrides });
  return summary(events);
}

function event(type: string, fields: object): string {
  return sse({ type: `response.${type}`, ...fields });
}

const CREATED = event('created', {
  response: { id: 'resp_1', status: 'in_progress', error: null },
});

function completed(output: readonly object[], fields: object = {}): string {
  return event('completed', { response: { status: 'completed', error: null, output, ...fields } });
}

function message(id: string, text: string): object {
  return { id, type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] };
}

const CALL = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'a',
  name: 'look',
  arguments: '{"x":1}',
};

describe('streams', () => {
  test('the events of one answer become blocks, whatever the server calls its items', async () => {
    const answer = streamed(
      CREATED,
      event('output_item.added', { output_index: 0, item: { id: 'rs_1', type: 'reasoning' } }),
      event('reasoning_part.added', { item_id: 'rs_1' }),
      event('reasoning_text.delta', { item_id: 'rs_1', delta: 'Hm' }),
      event('output_item.added', { output_index: 1, item: { id: 'msg_1', type: 'message' } }),
      event('content_part.added', { item_id: 'msg_1', part: { type: 'output_text', text: '' } }),
      event('output_text.delta', { item_id: 'msg_1', delta: 'He' }),
      event('output_text.delta', { item_id: 'msg_1', delta: 'llo' }),
      event('refusal.delta', { item_id: 'msg_1', delta: 'No' }),
      event('output_item.done', {
        item: { id: 'rs_1', type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hm' }] },
      }),
      event('output_item.added', { item: { ...CALL, arguments: '' } }),
      event('function_call_arguments.delta', { item_id: 'fc_1', delta: '{"x"' }),
      event('function_call_arguments.delta', { item_id: 'fc_1', delta: ':1}' }),
      event('output_item.done', { item: CALL }),
      completed([message('msg_1', 'Hello'), CALL], {
        usage: {
          input_tokens: 3,
          input_tokens_details: { cached_tokens: 1 },
          output_tokens: 4,
          output_tokens_details: { reasoning_tokens: 2 },
          total_tokens: 7,
        },
      }),
    );
    expect(await read(answer)).toEqual([
      'reasoning_started',
      'reasoning_delta: Hm',
      'message_started',
      'text_delta: Hello',
      'refusal_delta: No',
      'call_started: function a look',
      'arguments_delta: {"x":1}',
      'usage: {"inputTokens":3,"cachedTokens":1,"cacheWriteTokens":0,"outputTokens":4,"reasoningTokens":2,"totalTokens":7}',
      'finish: stop',
    ]);
  });

  test('items without ids are found by their index, and those without either as the last', async () => {
    const added = (index: number | undefined): string =>
      event('output_item.added', { output_index: index, item: { type: 'message' } });
    for (const index of [0, undefined]) {
      const answer = streamed(
        added(index),
        event('output_text.delta', { output_index: index, delta: 'A' }),
        event('output_text.delta', { output_index: index, delta: 'B' }),
        completed([]),
      );
      expect(await read(answer)).toEqual(['message_started', 'text_delta: AB', 'finish: stop']);
    }
  });

  test('a type that only the event line names is read', async () => {
    const answer = streamed(
      'event: response.output_text.delta\ndata: {"item_id":"m","delta":"A"}\n\n',
      'event: response.completed\ndata: {"response":{"status":"completed"}}\n\n',
    );
    expect(await read(answer)).toEqual(['message_started', 'text_delta: A', 'finish: stop']);
  });

  test('what the deltas lack comes from the finished items', async () => {
    const whole = {
      id: 'msg_1',
      type: 'message',
      content: [
        {
          type: 'output_text',
          text: 'Hello',
          annotations: [{ type: 'url_citation', url: 'u' }],
          logprobs: [{ token: 'H', logprob: -1, bytes: [72] }],
        },
      ],
    };
    const answer = streamed(
      event('output_text.delta', { item_id: 'msg_1', delta: 'He' }),
      event('output_item.done', { item: whole }),
      event('output_item.done', { item: CALL }),
      completed([whole, CALL, { ...CALL, id: 'fc_2', call_id: 'b' }]),
    );
    expect(await read(answer)).toEqual([
      'message_started',
      'text_delta: Hello',
      'logprobs: [{"token":"H","logprob":-1,"bytes":[72],"top_logprobs":[]}]',
      'annotation: {"type":"url_citation","url":"u"}',
      'call_started: function a look',
      'arguments_delta: {"x":1}',
      'call_started: function b look',
      'arguments_delta: {"x":1}',
      'finish: stop',
    ]);
  });

  test('ids that change in the final answer do not double the items', async () => {
    const answer = streamed(
      event('output_item.added', { output_index: 0, item: { id: 'tmp_1', type: 'message' } }),
      event('output_text.delta', { item_id: 'tmp_1', output_index: 0, delta: 'A' }),
      event('output_item.done', { output_index: 0, item: message('tmp_2', 'A') }),
      completed([message('msg_1', 'A')]),
    );
    expect(await read(answer)).toEqual(['message_started', 'text_delta: A', 'finish: stop']);
  });

  test('two messages are two blocks, with the phase of each', async () => {
    const item = (id: string, phase: string): object => ({ id, type: 'message', phase });
    const answer = streamed(
      event('output_item.added', { item: item('m1', 'commentary') }),
      event('output_text.delta', { item_id: 'm1', delta: 'A' }),
      event('output_item.added', { item: item('m2', 'final_answer') }),
      event('output_text.delta', { item_id: 'm2', delta: 'B' }),
      completed([]),
    );
    expect(await read(answer)).toEqual([
      'message_started: commentary',
      'text_delta: A',
      'message_started: final_answer',
      'text_delta: B',
      'finish: stop',
    ]);
  });

  test('text for a message that another has closed opens one more', async () => {
    const delta = (id: string, text: string): string =>
      event('output_text.delta', { item_id: id, delta: text });
    const answer = streamed(delta('m1', 'A'), delta('m2', 'B'), delta('m1', 'C'), completed([]));
    expect(await read(answer)).toEqual([
      'message_started',
      'text_delta: A',
      'message_started',
      'text_delta: B',
      'message_started',
      'text_delta: C',
      'finish: stop',
    ]);
  });

  test('a call without arguments does not hold back the next one once it is done', async () => {
    const empty = { ...CALL, arguments: '' };
    const answer = streamed(
      event('output_item.added', { item: empty }),
      event('output_item.done', { item: empty }),
      event('output_item.added', { item: { ...empty, id: 'fc_2', call_id: 'b' } }),
    );
    expect((await read(answer)).slice(0, -1)).toEqual([
      'call_started: function a look',
      'call_started: function b look',
    ]);
  });

  test('summaries and encrypted reasoning are reported, and an empty reasoning item is not', async () => {
    const item = {
      id: 'rs_1',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Short' }],
      encrypted_content: 'blob',
    };
    const answer = streamed(
      event('output_item.added', { item: { ...item, summary: [], encrypted_content: 'part' } }),
      event('reasoning_summary_text.delta', { item_id: 'rs_1', summary_index: 0, delta: 'Sh' }),
      event('output_item.done', { item }),
      event('output_item.done', { item: { id: 'rs_2', type: 'reasoning', encrypted_content: '' } }),
      completed([item]),
    );
    expect(await read(answer, { profile: 'openai' })).toEqual([
      'reasoning_started',
      'reasoning_summary_delta: Short',
      'reasoning_encrypted: blob',
      'finish: stop',
    ]);
  });

  test('summaries that are plain reasoning are read as such for Ollama', async () => {
    const item = {
      id: 'rs_1',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm, well' }],
      encrypted_content: 'Hm, well',
    };
    const answer = streamed(
      event('reasoning_summary_text.delta', { item_id: 'rs_1', summary_index: 0, delta: 'Hm' }),
      event('output_item.done', { item }),
      completed([item]),
    );
    expect(await read(answer, { profile: 'ollama' })).toEqual([
      'reasoning_started',
      'reasoning_delta: Hm, well',
      'finish: stop',
    ]);
  });

  test('custom tools are called natively, or by a function with their input', async () => {
    const tools: readonly ModelTool[] = [{ type: 'custom', name: 'run' }];
    const wrapped = { ...CALL, name: 'run', arguments: '{"input":"ls"}' };
    const native = {
      id: 'ctc_1',
      type: 'custom_tool_call',
      call_id: 'b',
      name: 'run',
      input: 'ls',
    };
    const answer = streamed(
      event('output_item.added', { item: { ...native, input: '' } }),
      event('custom_tool_call_input.delta', { item_id: 'ctc_1', delta: 'l' }),
      event('output_item.done', { item: native }),
      event('output_item.done', { item: wrapped }),
      completed([]),
    );
    expect(await read(answer, {}, { tools })).toEqual([
      'call_started: custom b run',
      'arguments_delta: ls',
      'call_started: custom a run',
      'arguments_delta: ls',
      'finish: stop',
    ]);
  });

  test('items and events of other kinds are dropped', async () => {
    const search = { id: 'ws_1', type: 'web_search_call', status: 'completed' };
    const answer = streamed(
      event('output_item.added', { item: search }),
      event('web_search_call.completed', { item_id: 'ws_1' }),
      event('output_item.done', { item: search }),
      sse({ type: 'keepalive', sequence_number: 1 }),
      completed([search, message('m', 'A')]),
      DONE,
    );
    expect(await read(answer)).toEqual(['message_started', 'text_delta: A', 'finish: stop']);
  });
});

describe('ends', () => {
  const A = event('output_text.delta', { item_id: 'm', delta: 'A' });

  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['length', 'length'],
  ])('an answer that is incomplete for %s ends with %s', async (reason, meaning) => {
    const response = {
      status: 'incomplete',
      error: null,
      incomplete_details: { reason },
      output: [],
    };
    const lines = await read(streamed(A, event('incomplete', { response })));
    expect(lines.at(-1)).toBe(`finish: ${meaning}`);
  });

  test('a failed answer is a failure after its text', async () => {
    const error = { code: 'rate_limit_exceeded', message: 'slow down' };
    const answer = streamed(CREATED, A, event('failed', { response: { status: 'failed', error } }));
    const { events } = await exchange(answer, asking('Hello'), { protocol: 'responses' });
    expect(summary(events)).toContain('text_delta: A');
    expect(events.at(-1)).toMatchObject({
      failure: { kind: 'reported', code: 'rate_limit_exceeded', message: 'slow down' },
    });
  });

  test.each([
    { type: 'error', code: 'server_error', message: 'broken' },
    { type: 'error', error: { code: 'server_error', message: 'broken' } },
    { error: { code: 500, type: 'server_error', message: 'broken' } },
  ])('the error %j ends the answer', async (error) => {
    const { events } = await exchange(streamed(A, sse(error)), asking('Hello'), {
      protocol: 'responses',
    });
    expect(events.at(-1)).toMatchObject({
      failure: { kind: 'reported', code: 'server_error', message: 'broken' },
    });
  });

  test('a stream without its terminal event is cut, with or without the mark of the end', async () => {
    for (const end of [[], [DONE]]) {
      expect((await read(streamed(CREATED, A, ...end))).at(-1)).toMatch(/^failure: .*"cut"/);
    }
  });

  test('a cancelled or unfinished answer is a failure', async () => {
    for (const status of ['cancelled', 'in_progress']) {
      const lines = await read(json({ object: 'response', status, error: null, output: [] }));
      expect(lines).toEqual([expect.stringMatching(`^failure: .*${status}`)]);
    }
  });

  test('a whole answer in place of a stream has the same events', async () => {
    const answer = json({
      object: 'response',
      status: 'completed',
      error: null,
      output: [message('m', 'Hello'), CALL],
    });
    expect(await read(answer)).toEqual([
      'message_started',
      'text_delta: Hello',
      'call_started: function a look',
      'arguments_delta: {"x":1}',
      'finish: stop',
    ]);
  });

  test('the limit of tokens is recognised where the server never reports it', async () => {
    const answer = (tokens: number): ScriptedAnswer =>
      streamed(A, completed([], { usage: { input_tokens: 1, output_tokens: tokens } }));
    const ends = async (profile: 'ollama' | 'generic', tokens: number): Promise<unknown> =>
      (await read(answer(tokens), { profile }, { maxOutputTokens: 16 })).at(-1);
    expect(await ends('ollama', 16)).toBe('finish: length');
    expect(await ends('ollama', 15)).toBe('finish: stop');
    expect(await ends('generic', 16)).toBe('finish: stop');
  });
});
