import { createServer, type Server } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { examine, findingOf, type Finding } from '../../support/doctor.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { CUT, json, startModelServer, type ScriptedAnswer } from '../../support/model-server.ts';

const KEY = 'sk-secret-0123';
const MEMORY = 'sqlite::memory:';

function listOf(...ids: readonly string[]): ScriptedAnswer {
  return json({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) });
}

/** Runs doctor on a model server that answers so, and returns its finding and what the server has got. */
async function findingFor(
  answer: ScriptedAnswer,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly finding: Finding | undefined; readonly requests: readonly unknown[] }> {
  await using server = await startModelServer(answer);
  const { findings } = await examine(MEMORY, ['--model-url', server.url], { environment });
  const requests = server.requests.map(({ method, path, headers, text }) => ({
    method,
    path,
    authorization: headers.authorization,
    text,
  }));
  return { finding: findingOf(findings, 'model server'), requests };
}

test('doctor lists the models of a model server, with one request and the key', async () => {
  const { finding, requests } = await findingFor(listOf('small', 'large'), {
    COLLOQUY_MODEL_KEY: KEY,
  });
  expect(finding).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(
      /^http:\/\/127\.0\.0\.1:\d+\/v1 lists 2 models \(small, large\)$/,
    ),
  });
  expect(requests).toEqual([
    { method: 'GET', path: '/v1/models', authorization: `Bearer ${KEY}`, text: '' },
  ]);
});

test('doctor shows five models of a long list, on one line', async () => {
  const { finding } = await findingFor(listOf('a', 'b', 'c', 'd', 'e\n\u001B[31m', 'f'));
  expect(finding?.detail).toMatch(/lists 6 models \(a, b, c, d, e \[31m, …\)$/);
});

test('doctor fails for a model server that does not run', async () => {
  const { findings } = await examine(MEMORY, ['--model-url', 'http://127.0.0.1:1/v1']);
  expect(findingOf(findings, 'model server')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/),
    fix: expect.stringMatching(/Start the model server, or correct --model-url/),
  });
});

test('doctor fails for a key that is not accepted, and for one that is missing, and shows none', async () => {
  const refused = json({ error: { message: `Incorrect API key provided: ${KEY}.` } }, 401);
  const { finding: wrong } = await findingFor(refused, { COLLOQUY_MODEL_KEY: KEY });
  expect(wrong).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/does not accept its key \(401\)/),
    fix: expect.stringMatching(/COLLOQUY_MODEL_KEY/),
  });
  expect(JSON.stringify(wrong)).not.toContain(KEY);
  const { finding: missing } = await findingFor(refused);
  expect(missing?.detail).toMatch(/wants a key, and has none \(401\)/);
});

test('doctor shows no credentials of the URL of a model server', async () => {
  await using server = await startModelServer(json({ error: { message: 'no hunter2' } }, 500));
  const url = `${server.url.replace('//', '//me:hunter2@')}?key=hunter2`;
  const { findings } = await examine(MEMORY, ['--model-url', url]);
  expect(findingOf(findings, 'model server')?.state).toBe('failed');
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

test.each([
  ['the wrong path', json({ detail: 'Not Found' }, 404)],
  ['a page of HTML', { steps: ['<!doctype html>'] }],
])('doctor warns of a model server that answers with %s', async (_name, answer) => {
  const { finding } = await findingFor(answer);
  expect(finding).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/no list of models/),
    fix: expect.stringMatching(/\/v1/),
  });
});

test('doctor fails for a model server that breaks off', async () => {
  const { finding } = await findingFor({ steps: ['{"data":', CUT] });
  expect(finding).toMatchObject({ state: 'failed', detail: expect.stringMatching(/broke/) });
});

test('doctor warns of a model server without models', async () => {
  const { finding } = await findingFor(listOf());
  expect(finding).toMatchObject({ state: 'warning', detail: expect.stringMatching(/no model/) });
});

test('doctor checks the default model against the lists of all model servers', async () => {
  await using server = await startModelServer(listOf('small'));
  const defaultModel = async (...args: string[]): Promise<Finding | undefined> =>
    findingOf((await examine(MEMORY, args)).findings, 'default model');
  const named = ['--model-url', server.url, '--default-model'];
  expect(await defaultModel(...named, 'small')).toMatchObject({ state: 'ok' });
  expect(await defaultModel(...named, 'smal')).toMatchObject({
    state: 'warning',
    detail: 'no model server lists smal',
  });
  const away = ['--model-url', 'http://127.0.0.1:1/v1', '--default-model'];
  expect(await defaultModel(...away, 'small')).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/cannot be checked/),
  });
});

test('doctor checks each model server of the config file, under its name', async () => {
  await using one = await startModelServer(listOf('small', 'other'));
  await using two = await startModelServer(listOf('large'));
  await using folder = await temporaryFolder();
  const file = folder.path('colloquy.yaml');
  await writeFile(
    file,
    `model_servers:
  - { name: one, url: '${one.url}', models: [small] }
  - { name: two, url: '${two.url}', models: [huge*] }
  - { name: three, url: 'http://127.0.0.1:1/v1', key_env: THREE_KEY }
`,
    { mode: 0o600 },
  );
  const { findings } = await examine(MEMORY, ['--config', file], {
    environment: { THREE_KEY: KEY },
  });
  const servers = findings.filter(({ check }) => check === 'model server');
  expect(servers).toMatchObject([
    { state: 'ok', detail: expect.stringMatching(/^one at .* lists 1 model \(small\)$/) },
    { state: 'warning', detail: expect.stringMatching(/^two at .*\(huge\*\)$/) },
    { state: 'failed', fix: expect.stringMatching(/`url` in the config file/) },
  ]);
});

/** Ports at which doctor looks for model servers, with what it recommends there. */
const USUAL = [
  { port: 11_434, owner: 'library', profile: 'ollama' },
  { port: 1_234, owner: 'organization_owner', profile: 'lm-studio' },
  { port: 8_080, owner: 'llamacpp', profile: 'llama-cpp' },
  { port: 8_000, owner: 'someone', profile: 'generic' },
  { port: 30_000, owner: 'vllm', profile: 'vllm' },
] as const;

/** Listens at a usual port; `undefined` when another program has it. */
async function listenAt(
  port: number,
  owner: string,
  requests: string[],
): Promise<Server | undefined> {
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'no key'}`);
    response.end(JSON.stringify({ object: 'list', data: [{ id: 'small', owned_by: owner }] }));
  });
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

test.each(USUAL)(
  'doctor finds a model server of $owner at port $port, and says how to use it',
  async ({ port, owner, profile }) => {
    const requests: string[] = [];
    const server = await listenAt(port, owner, requests);
    if (server === undefined) return console.info(`port ${port} is taken: not tested`);
    try {
      const { findings } = await examine(MEMORY, [], {
        environment: { COLLOQUY_MODEL_KEY: KEY },
      });
      const lines = findings.filter(({ check }) => check === 'model server');
      const url = `http://127.0.0.1:${port}/v1`;
      expect(lines.map(({ state, detail }) => `${state}: ${detail}`).join('\n')).toContain(
        `${url} and lists 1 model (small); to use it: --model-url ${url} --model-profile ${profile}`,
      );
      expect(new Set(requests)).toEqual(new Set(['GET /v1/models no key']));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
);

test('doctor reports no other model server when one is named', async () => {
  const server = await listenAt(11_434, 'library', []);
  if (server === undefined) return console.info('port 11434 is taken: not tested');
  // Other doctors of this machine may ask the server, so its requests tell nothing.
  const { findings } = await examine(MEMORY, ['--model-url', 'http://127.0.0.1:1/v1']);
  server.closeAllConnections();
  server.close();
  const lines = findings.filter(({ check }) => check === 'model server');
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('11434');
});
