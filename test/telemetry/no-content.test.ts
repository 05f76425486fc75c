import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { answered, callsDelta } from '../support/chat-answers.ts';
import { temporaryFolder } from '../support/folder.ts';
import { chunk, CUT, json, sse, startModelServer, streamed } from '../support/model-server.ts';
import { runProcess, startProcess, urlOf } from '../support/process.ts';
import { traceReceiver } from '../support/trace-receiver.ts';

const PRELOAD = fileURLToPath(new URL('../../src/telemetry/opentelemetry.ts', import.meta.url));
const MODEL = 'qwen3';

/** Texts that must be nowhere but in the conversation. Each begins with the same word. */
const WORD = `hush${randomUUID().slice(0, 8)}`;
const marker = (place: string): string => `${WORD}-${place}`;

/** A request with a marker in every field that takes text. */
function body(conversation: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    model: MODEL,
    conversation,
    instructions: marker('instructions'),
    metadata: { [marker('key')]: marker('value') },
    safety_identifier: marker('safety'),
    prompt_cache_key: marker('cache'),
    input: [
      { role: 'user', content: [{ type: 'input_text', text: marker('text') }] },
      { role: 'assistant', content: marker('assistant') },
      { type: 'function_call', call_id: marker('c'), name: marker('f'), arguments: marker('args') },
      { type: 'function_call_output', call_id: marker('c'), output: marker('output') },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: marker('summary') }] },
    ],
    tools: [
      {
        type: 'function',
        name: marker('f'),
        description: marker('description'),
        parameters: { type: 'object', description: marker('schema') },
      },
    ],
    text: {
      format: { type: 'json_schema', name: marker('format'), schema: { title: marker('title') } },
    },
    ...more,
  };
}

/** Answers and failures with a marker in every text of the model server. */
const ANSWERS = [
  answered([
    { reasoning_content: marker('thought') },
    { content: marker('said') },
    callsDelta([marker('f'), `{"a":"${marker('argument')}"}`, marker('id')]),
  ]),
  json({ error: { message: marker('refused'), code: marker('code') } }, 400),
  json({ error: { message: marker('failed'), code: marker('code') } }, 500),
  streamed(chunk({ content: marker('piece') }), sse({ error: { message: marker('reported') } })),
  streamed(chunk({ content: marker('piece') }), CUT),
  streamed(sse(marker('malformed'))),
  json({ error: { message: marker('busy') } }, 503),
];

test('Log, metrics, traces and audit log have no text of a turn, whatever comes of it', async () => {
  await using folder = await temporaryFolder();
  using sink = await traceReceiver();
  await using model = await startModelServer();
  const [database, audit] = [`sqlite:${folder.path('x.db')}`, folder.path('audit.jsonl')];
  const place = ['--database-url', database];
  const created = await runProcess(['keys', 'create', '--subject', 'ann', '--json', ...place]);
  const { key } = JSON.parse(created.stdout) as { key: string };
  const settings = ['--auth', 'keys', '--metrics', 'on', '--audit-log', audit];
  const levels = ['--log-level', 'trace', '--slow-request', '1'];
  await using server = startProcess(
    ['serve', '--port', '0', '--model-url', model.url, ...place, ...settings, ...levels],
    {
      environment: {
        NODE_OPTIONS: `--import ${PRELOAD}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        COLLOQUY_MODEL_KEY: marker('model-key'),
      },
    },
  );
  const url = urlOf(await server.firstLine());
  const call = async (method: string, path: string, sent?: unknown, headers = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
        cookie: marker('cookie'),
        'openai-organization': marker('organization'),
        'x-stainless-lang': marker('header'),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    });
    return answer.text();
  };
  const newConversation = async (): Promise<string> => {
    const metadata = { [marker('key')]: marker('value') };
    const made = await call('POST', '/conversations', { metadata });
    return (JSON.parse(made) as { id: string }).id;
  };
  const answers: string[] = [];
  for (const answer of ANSWERS) {
    for (const stream of [false, true]) {
      model.play(answer);
      const made = body(await newConversation(), { stream });
      answers.push(await call('POST', '/responses', { ...made, store: false }));
      answers.push(await call('POST', '/responses', made));
    }
  }
  const id = await newConversation();
  model.play(json({ error: { code: 'model_not_found', message: marker('unknown') } }, 404));
  await call('POST', '/responses', body(id, { model: marker('model') }));
  await call('POST', '/responses', body(id, { truncation: marker('invalid') }));
  await call('POST', '/responses', body(id), { 'x-colloquy-when-busy': marker('busy') });
  await call('POST', '/responses', body(id), { authorization: `Bearer ${marker('bad-key')}` });
  await call('GET', `/responses/resp_none?include[]=${marker('query')}`);
  await call('GET', '/models');
  const metrics = await (await fetch(url.replace('/v1', '/metrics'))).text();
  server.child.kill('SIGTERM');
  const { stderr } = await server.finished();
  const sinks = {
    log: stderr,
    metrics,
    traces: JSON.stringify(sink.spans),
    audit: readFileSync(audit, 'utf8'),
  };
  expect(answers.join('\n'), 'callers see what their model says').toContain(marker('said'));
  expect(model.requests[0]?.text, 'models see what they are asked').toContain(marker('text'));
  expect(model.requests[0]?.headers['authorization']).toContain(marker('model-key'));
  for (const [name, text] of Object.entries(sinks)) {
    expect(text, `the ${name} must have the turns`).toMatch(/createResponse|\/v1\/responses/);
    expect(text.split('\n').filter((line) => line.includes(WORD))).toEqual([]);
    expect(text, `the ${name} must have no key`).not.toContain(key);
  }
  for (const failure of ['refused', 'reported', 'cut', 'malformed']) {
    expect(sinks.log).toContain(`"model_failure":"${failure}"`);
  }
  expect(sinks.log.match(/"turn_status":"completed"/g)).toHaveLength(4);
});
