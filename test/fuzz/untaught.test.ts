import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../fuzz/command.ts';
import { operationsOf, type ApiDocument } from '../../fuzz/operations.ts';
import type { Target } from '../../fuzz/target.ts';
import { assertTaught } from '../../fuzz/taught/assert-taught.ts';
import { TAUGHT } from '../../fuzz/taught/table.ts';
import { startServer } from '../support/server.ts';

let served: ApiDocument;
beforeAll(async () => {
  await using server = await startServer('--metrics', 'on', '--events', 'off');
  const response = await fetch(`${server.origin}/openapi.json`);
  // Sound: the document that the server makes.
  served = (await response.json()) as ApiDocument;
});

/** Serves nothing but a document. */
async function startDocument(document: unknown): Promise<Target> {
  const server = createServer((_request, response) => response.end(JSON.stringify(document)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Sound: a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    keys: {},
    memory: () => 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Runs the fuzzer's command on a server with the document. */
async function runOn(document: unknown) {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(text);
  const code = await runCommand(['--requests', '5'], print, () => startDocument(document));
  return { code, text: lines.join('\n') };
}

const LIST = '/v1/conversations/{conversation_id}/items';
const described = { responses: { 200: { content: { 'application/json': {} } } } };

test('The fuzzer was taught every operation and parameter that the server serves', () => {
  expect(() => assertTaught(operationsOf(served), TAUGHT)).not.toThrow();
});

test('The fuzzer ends with 1 and asks to be taught an operation that it does not know', async () => {
  const operation = { ...described, operationId: 'createThread', parameters: [] };
  const paths = { ...served.paths, '/v1/threads': { post: operation } };
  const { code, text } = await runOn({ ...served, paths });
  expect(code).toBe(1);
  expect(text.split('\n').at(-1)).toBe('teach createThread in fuzz/taught/table.ts');
});

test.each([
  ['query', 'turn'],
  ['path', 'response_id'],
])('The fuzzer asks to be taught a %s parameter that it does not know', async (place, name) => {
  const methods = served.paths[LIST];
  const parameters = [...(methods?.['get']?.parameters ?? []), { in: place, name, schema: {} }];
  const paths = {
    ...served.paths,
    [LIST]: { ...methods, get: { ...methods?.['get'], parameters } },
  };
  const { code, text } = await runOn({ ...served, paths });
  expect(code).toBe(1);
  expect(text.split('\n').at(-1)).toBe(
    `teach the ${place} parameter ${name} of listConversationItems in fuzz/taught/table.ts`,
  );
});

test('The fuzzer asks to be taught a field of a body that it does not know', async () => {
  const { schemas } = served.components;
  const { properties } = schemas['UpdateConversation'] ?? {};
  const UpdateConversation = { type: 'object', properties: { ...properties, title: {} } };
  const components = { schemas: { ...schemas, UpdateConversation } };
  const { code, text } = await runOn({ ...served, components });
  expect(code).toBe(1);
  expect(text.split('\n').at(-1)).toBe(
    'teach the body field title of updateConversation in fuzz/taught/table.ts',
  );
});

test('The fuzzer asks to drop an operation that the server does not serve any more', async () => {
  const { '/health': _, ...paths } = served.paths;
  const { code, text } = await runOn({ ...served, paths });
  expect(code).toBe(1);
  expect(text.split('\n').at(-1)).toBe(
    'remove getHealth from fuzz/taught/table.ts: the server does not serve it',
  );
});
