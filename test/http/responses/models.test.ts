import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { said } from '../../support/chat-answers.ts';
import { temporaryFolder } from '../../support/folder.ts';
import {
  chunk,
  DONE,
  json,
  SILENCE,
  sse,
  startModelServer,
  streamed,
  type ScriptedModelServer,
} from '../../support/model-server.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { MODEL, sentTo, startTurnServer } from '../../support/turns.ts';

function listOf(...ids: readonly string[]) {
  return json({ object: 'list', data: ids.map((id) => ({ id, object: 'model', owned_by: 'me' })) });
}

interface Backend {
  readonly server: ScriptedModelServer;
  readonly models?: readonly string[];
}

/** Starts a server in front of these model servers. */
async function startInFrontOf(...backends: readonly Backend[]): Promise<TestServer> {
  await using folder = await temporaryFolder();
  const entries = backends.map(({ server, models = [] }, index) => ({
    name: `server ${index}`,
    url: server.url,
    models: [...models],
  }));
  // JSON is YAML.
  await writeFile(folder.path('c.yaml'), JSON.stringify({ model_servers: entries }));
  return await startServer('--config', folder.path('c.yaml'));
}

test('the models of the model server are listed, and found by their ids', async () => {
  await using turns = await startTurnServer();
  const { client, play } = turns;
  const ids = ['qwen3:8b', 'org/model-7b', 'ä'];
  play(listOf(...ids));
  const { data } = await client.models.list();
  const expected = ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'me' }));
  expect(data).toEqual(expected);
  for (const model of expected) expect(await client.models.retrieve(model.id)).toEqual(model);
  await expect(client.models.retrieve('gone')).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
    param: 'model',
    message: "404 The requested model 'gone' does not exist.",
  });
});

test('a list of models is kept for a while, and a model server that is away is an error', async () => {
  await using turns = await startTurnServer();
  const { client, play, model } = turns;
  play(listOf('one'));
  await client.models.list();
  await client.models.list();
  expect(model.requests).toHaveLength(1);
  await using away = await startTurnServer();
  away.play(json({ error: { message: 'loading' } }, 503));
  await expect(away.client.models.list()).rejects.toMatchObject({
    status: 503,
    code: 'model_server_unavailable',
  });
  expect(away.server.failures.splice(0)).toHaveLength(1);
});

test('a server without a model server keeps conversations, and refuses responses', async () => {
  await using server = await startServer();
  const { client } = server;
  await client.conversations.create();
  expect((await client.models.list()).data).toEqual([]);
  await expect(client.responses.create({ model: MODEL, input: 'x' })).rejects.toMatchObject({
    status: 503,
    code: 'no_model_server',
  });
  expect(server.failures.splice(0)).toHaveLength(1);
  await expect(client.models.retrieve(MODEL)).rejects.toMatchObject({ status: 404 });
});

test('a request without a model gets the default model, and without that it is refused', async () => {
  await using turns = await startTurnServer('--default-model', 'small');
  turns.play(said('hi'));
  expect(await turns.client.responses.create({ input: 'x' })).toMatchObject({ model: 'small' });
  expect(turns.sent()['model']).toBe('small');
  const named = await turns.client.responses.create({ input: 'x', model: 'large' });
  expect(named.model).toBe('large');
  await using bare = await startTurnServer();
  await expect(bare.client.responses.create({ input: 'x' })).rejects.toMatchObject({
    status: 400,
    param: 'model',
    code: 'missing_required_parameter',
    message: "400 Missing required parameter: 'model'.",
  });
});

test('the answer has the model’s name as it was requested', async () => {
  await using turns = await startTurnServer();
  turns.play(
    streamed(
      sse({ model: 'qwen3-Q4_K_M.gguf', choices: [] }),
      chunk({ content: 'hi' }, 'stop'),
      DONE,
    ),
  );
  const response = await turns.client.responses.create({ model: MODEL, input: 'x' });
  expect(response.model).toBe(MODEL);
});

test('a model that its server does not have is answered 404', async () => {
  await using turns = await startTurnServer();
  const error = {
    message: "model 'gone' not found",
    type: 'not_found_error',
    code: 'model_not_found',
  };
  turns.play(json({ error }, 404));
  for (const stream of [false, true]) {
    await expect(
      turns.client.responses.create({ model: 'gone', input: 'x', stream }),
    ).rejects.toMatchObject({
      status: 404,
      param: 'model',
      code: 'model_not_found',
      message: "404 The requested model 'gone' does not exist.",
    });
  }
});

test('a request goes to the first model server that is named for its model', async () => {
  await using first = await startModelServer(said('first'));
  await using second = await startModelServer(said('second'));
  await using server = await startInFrontOf(
    { server: first, models: ['qwen*', 'llama3'] },
    { server: second, models: ['*'] },
  );
  const ask = async (model: string): Promise<string> =>
    (await server.client.responses.create({ model, input: 'x' })).output_text;
  expect(await ask('qwen3:8b')).toBe('first');
  expect(await ask('llama3')).toBe('first');
  expect(await ask('llama31')).toBe('second');
  expect(await ask('my-qwen3')).toBe('second');
  expect(sentTo(second)['model']).toBe('my-qwen3');
});

test('model servers that are named for no models get those that they list', async () => {
  await using first = await startModelServer(listOf('one'), said('first'));
  await using second = await startModelServer(listOf('two', 'one'), said('second'));
  await using server = await startInFrontOf({ server: first }, { server: second });
  const ask = async (model: string): Promise<string> =>
    (await server.client.responses.create({ model, input: 'x' })).output_text;
  expect(await ask('two')).toBe('second');
  expect(await ask('one')).toBe('first');
  expect(await ask('of neither list')).toBe('first');
  const { data } = await server.client.models.list();
  expect(data.map(({ id }) => id)).toEqual(['one', 'two']);
});

test('a conversation goes on with the models of several servers', async () => {
  await using first = await startModelServer(said('from the first'));
  await using second = await startModelServer(said('from the second'));
  await using server = await startInFrontOf(
    { server: first, models: ['one'] },
    { server: second, models: ['two'] },
  );
  const { id: conversation } = await server.client.conversations.create();
  for (const model of ['one', 'two', 'one']) {
    await server.client.responses.create({ model, input: `to ${model}`, conversation });
  }
  expect(sentTo(first).messages.map(({ content }) => content)).toEqual([
    'to one',
    'from the first',
    'to two',
    'from the second',
    'to one',
  ]);
  await expect(
    server.client.responses.create({ model: 'three', input: 'x', conversation }),
  ).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
});

test('a model server that does not answer hides the models of no other one', async () => {
  await using first = await startModelServer(json({ error: 'broken' }, 500));
  await using second = await startModelServer(listOf('two'), said('second'));
  await using server = await startInFrontOf({ server: first }, { server: second });
  expect((await server.client.models.list()).data.map(({ id }) => id)).toEqual(['two']);
  const response = await server.client.responses.create({ model: 'two', input: 'x' });
  expect(response.output_text).toBe('second');
});

test('a model server that does not list its models in time is unavailable', async () => {
  await using turns = await startTurnServer();
  turns.play(streamed(SILENCE));
  await expect(turns.client.models.list()).rejects.toMatchObject({
    status: 503,
    code: 'model_server_unavailable',
  });
  expect(turns.server.failures.splice(0)).toHaveLength(1);
});
