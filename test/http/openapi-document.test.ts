import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { servedOperations } from '../support/operations.ts';
import { startServer } from '../support/server.ts';

const API = fileURLToPath(new URL('../../src/wire/api/', import.meta.url));
const COMPATIBILITY = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
const operations = await servedOperations();
const ids = operations.map(({ id }) => id);

test('the document describes every operation once', () => {
  expect(ids).toEqual([...new Set(ids)]);
  expect(ids).toEqual(
    expect.arrayContaining([
      'createConversation',
      'getConversation',
      'updateConversation',
      'deleteConversation',
      'createConversationItems',
      'listConversationItems',
      'getConversationItem',
      'deleteConversationItem',
      'listConversations',
      'getMetrics',
      'getHealth',
      'getServer',
      'getReadiness',
      'getOpenApiDocument',
    ]),
  );
});

test('the document describes the parameters of an operation in the order of its declaration', () => {
  const list = operations.find(({ id }) => id === 'listConversationItems');
  expect(list?.parameters.map(({ name }) => name)).toEqual([
    'conversation_id',
    'limit',
    'order',
    'after',
    'include',
    'before',
    'position',
    'created_after',
    'max_item_bytes',
  ]);
});

test.each(operations)(
  '$id has no description of 405, which is not its own answer',
  ({ statuses }) => {
    expect(statuses).not.toContain('405');
  },
);

test.each(operations)('the document describes the error 503 of $id', ({ statuses }) => {
  expect(statuses).toContain('503');
});

test.each(operations)('$id is declared in the file that has its name', ({ id }) => {
  const name = id.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const files = globSync('*/*.ts', { cwd: API }).map((file) => basename(file, '.ts'));
  expect(files, `move the operation to a file ${name}.ts in a folder of src/wire/api`).toContain(
    name,
  );
});

test.each(operations)('$id is described in docs/compatibility.md', ({ method, template }) => {
  const operation = `${method} ${template.replace(/^\/v1/, '')}`;
  const isDescribed = COMPATIBILITY.includes(`\`${operation}\``);
  expect(isDescribed, `describe \`${operation}\` in docs/compatibility.md`).toBe(true);
});

test('the document describes `include` by its own name, repeated once for each value', () => {
  const get = operations.find(({ id }) => id === 'getConversationItem');
  expect(get?.parameters).toContainEqual(
    expect.objectContaining({ name: 'include', in: 'query', style: 'form', explode: true }),
  );
});

/** Returns the parts of a served document that describe authentication. */
async function describedSecurity(...settings: readonly string[]) {
  await using server = await startServer(...settings);
  const { body } = await server.request('/openapi.json');
  // Sound: the document has these.
  const { security, components, paths } = body as {
    security: object[];
    components: { securitySchemes: object };
    paths: Record<string, Record<string, { security?: object[]; responses: object }>>;
  };
  return {
    security,
    schemes: components.securitySchemes,
    create: paths['/v1/conversations']?.['post'],
    health: paths['/health']?.['get'],
  };
}

test('a server without authentication documents no credentials and no answer 401', async () => {
  const { security, schemes, create } = await describedSecurity();
  expect({ security, schemes }).toEqual({ security: [], schemes: {} });
  expect(create?.responses).not.toHaveProperty('401');
});

test('a server with API keys documents both headers for them, of which a request needs one', async () => {
  const { security, schemes, create, health } = await describedSecurity('--auth', 'keys');
  expect(security).toEqual([{ ApiKeyAuth: [] }, { AzureKeyAuth: [] }]);
  expect(schemes).toMatchObject({
    ApiKeyAuth: { type: 'http', scheme: 'bearer' },
    AzureKeyAuth: { type: 'apiKey', in: 'header', name: 'api-key' },
  });
  expect(create?.responses).toHaveProperty('401');
  expect(create).not.toHaveProperty('security');
  expect(health?.security).toEqual([]);
  expect(health?.responses).not.toHaveProperty('401');
});

test('a server behind a gateway documents the header in which the gateway names the caller', async () => {
  const settings = ['--auth', 'headers', '--auth-headers-secret', 'a secret of the gateway'];
  const { security, schemes } = await describedSecurity(...settings);
  expect(security).toEqual([{ GatewayAuth: [] }]);
  expect(schemes).toMatchObject({
    GatewayAuth: { type: 'apiKey', in: 'header', name: 'x-colloquy-subject' },
  });
});
