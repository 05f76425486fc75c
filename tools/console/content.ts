/** Servers with invented content, to take pictures of. */

import { readFile, writeFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { createServer, loadConfig } from '../../src/index.ts';
import { seedLong, seedShop } from '../../test/console/support/seed.ts';
import { called, said } from '../../test/support/chat-answers.ts';
import { runCommand } from '../../test/support/command.ts';
import type { Folder } from '../../test/support/folder.ts';
import { startModelServer, type ScriptedModelServer } from '../../test/support/model-server.ts';
import { runProcess } from '../../test/support/process.ts';
import { aged } from './aged.ts';

const LONG = 3000;
const MODEL = 'qwen3';
const LOOK_MS = 100;

/** A server without authentication, and ids of conversations in it. */
export interface Filled extends AsyncDisposable {
  readonly origin: string;
  /** One of 3,000 items. */
  readonly long: string;
  /** One with turns of a model and a fork. */
  readonly turns: string;
  readonly fork: string;
  readonly shop: string;
}

/** Starts a server whose conversations were made over some days. */
export async function startFilled(files: Folder): Promise<Filled> {
  const model = await startModelServer();
  const ids = await fill(`sqlite:${files.path('young.db')}`, model);
  const old = ['--database-url', `sqlite:${files.path('old.db')}`];
  const archive = files.path('archive.jsonl');
  await runProcess(['export', '--database-url', `sqlite:${files.path('young.db')}`], {
    output: archive,
  });
  await writeFile(archive, aged(await readFile(archive, 'utf8')));
  await runCommand(['migrate', 'up', ...old]);
  await runProcess(['import', ...old], { input: archive });
  const server = await serverOn(`sqlite:${files.path('old.db')}`, model);
  const url = await server.listen();
  await counted(new OpenAI({ baseURL: url, apiKey: 'any' }));
  return {
    ...ids,
    origin: new URL(url).origin,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await model[Symbol.asyncDispose]();
    },
  };
}

async function serverOn(databaseUrl: string, model: ScriptedModelServer) {
  const settings = { port: 0, databaseUrl, modelUrl: model.url, retention: { trashDays: 7 } };
  return createServer(await loadConfig({ settings }));
}

async function fill(databaseUrl: string, model: ScriptedModelServer) {
  const server = await serverOn(databaseUrl, model);
  const client = new OpenAI({ baseURL: await server.listen(), apiKey: 'any' });
  const long = await seedLong(client, LONG);
  const turns = await seedTurns(client, model);
  const fork = await client.post<{ id: string }>(`/conversations/${turns}/fork`, { body: {} });
  const answerIn = async (conversation: string, input: string, answer: string): Promise<void> => {
    model.play(said(answer));
    await client.responses.create({ model: MODEL, conversation, input });
  };
  await answerIn(fork.id, 'By the way, is the tunnel open?', 'Yes, from 5 in the morning.');
  await answerIn(turns, 'Which one is longer?', 'The Lötschberg base tunnel, by **20 km**.');
  const shop = await seedShop(client);
  const gone = await client.conversations.create({
    metadata: { title: 'Broken lamp', user_id: 'user-8' },
    items: [{ type: 'message', role: 'user', content: 'It came without a bulb.' }],
  });
  await client.conversations.delete(gone.id);
  await server.close();
  return { long, turns, fork: fork.id, shop };
}

/** Waits until the items of all conversations are counted: those of an import are counted later. */
async function counted(client: OpenAI): Promise<void> {
  const path = '/conversations?include[]=item_count';
  for (;;) {
    const { data } = await client.get<{ data: readonly { item_count: number | null }[] }>(path);
    if (data.every(({ item_count: count }) => count !== null)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Starts a server that takes keys and sign-ins at an issuer, with a key. */
export async function startGuarded(files: Folder) {
  const config = files.path('colloquy.yaml');
  await writeFile(
    config,
    `auth:
  schemes: [keys, jwt]
  jwt: { issuer: 'https://login.example.com/', audience: colloquy }
console: { oidc_client_id: colloquy-console }
database_url: 'sqlite:${files.path('guarded.db')}'
port: 0
log_level: silent
`,
  );
  const shared = ['--config', config];
  const started = await createServer(await loadConfig({ arguments: shared }));
  const { origin } = new URL(await started.listen());
  const words = ['keys', 'create', '--subject', 'ann', '--tenant', 'acme', '--json', ...shared];
  // Sound: the command prints the key.
  const { key } = JSON.parse((await runCommand(words)).stdout) as { readonly key: string };
  return { origin, key, [Symbol.asyncDispose]: () => started.close() };
}

/** Has a model look an order up and answer, and returns the conversation. */
async function seedTurns(client: OpenAI, model: ScriptedModelServer): Promise<string> {
  const { id: conversation } = await client.conversations.create({
    metadata: { title: 'Trains through the Alps', user_id: 'user-4' },
  });
  model.play(
    called(['find_train', '{"from":"Bern","to":"Brig"}', 'call_train']),
    said('The Lötschberg line takes **65 minutes**,', ' every half hour.'),
  );
  const request = {
    model: MODEL,
    conversation,
    instructions: 'You know timetables. Be brief.',
    tools: [
      {
        type: 'function' as const,
        name: 'find_train',
        description: 'Finds trains between two stations',
        strict: true,
        parameters: {
          type: 'object',
          properties: { from: { type: 'string' }, to: { type: 'string' } },
        },
      },
    ],
  };
  await client.responses.create({ ...request, input: 'How do I get from Bern to Brig?' });
  const output = '{"duration_min":65,"departures":["07:07","07:37"]}';
  await client.responses.create({
    ...request,
    input: [{ type: 'function_call_output', call_id: 'call_train', output }],
  });
  return conversation;
}
