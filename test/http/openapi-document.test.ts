import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { servedOperations } from '../support/operations.ts';

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
    'include[]',
  ]);
});

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
