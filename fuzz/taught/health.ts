import { isJsonObject } from '../../src/base/json-object.ts';
import { examine } from '../../src/history/examine.ts';
import { assertThat } from '../mismatch.ts';
import type { StoredConversation } from '../model.ts';
import { readable, writable } from './effects.ts';
import type { PrivateOperation } from './operation.ts';

const OPEN_CALLS = ['answer', 'drop', 'keep'] as const;

export const getConversationHealth: PrivateOperation = {
  access: 'private',
  weight: 3,
  path: ['conversation_id'],
  query: { open_calls: ({ random }) => ['open_calls', random.pick(OPEN_CALLS)] },
  expect: (model, caller, { conversation }) => model.read(caller, conversation) !== undefined,
  accept: (success) => {
    const { meaning, body } = success;
    const conversation = readable(success);
    if (!isJsonObject(body)) return;
    assertThat(body['items'] === conversation.items.length, () => 'another number of items');
    const [openCalls] = meaning.query?.get('open_calls') ?? [];
    assertFindings(conversation, body['findings'], openCalls);
  },
};

export const repairConversation: PrivateOperation = {
  access: 'private',
  weight: 2,
  path: ['conversation_id'],
  query: {},
  body: {
    fields: ['dry_run', 'rules', 'open_calls'],
    make: ({ random }) =>
      random.chance(0.3)
        ? undefined
        : { dry_run: random.chance(0.5), open_calls: random.pick(OPEN_CALLS) },
  },
  expect: (model, caller, { conversation }) => model.write(caller, conversation) !== undefined,
  accept: (success) => {
    const { model, meaning, body } = success;
    const conversation = writable(success);
    if (!isJsonObject(body) || !Array.isArray(body['deleted'])) return;
    const asked = isJsonObject(meaning.body) ? meaning.body : {};
    assertFindings(conversation, body['findings'], asked['open_calls'] ?? undefined);
    assertThat(body['dry_run'] === (asked['dry_run'] === true), () => 'another kind of run');
    const ids = new Set(conversation.items.map(({ id }) => id));
    for (const id of body['deleted']) {
      assertThat(ids.has(String(id)), () => `${id} was deleted, and was not there`);
      if (asked['dry_run'] !== true) model.deleteItem(conversation, String(id));
    }
  },
};

function assertFindings(
  { items }: StoredConversation,
  findings: unknown,
  openCalls: unknown = 'answer',
): void {
  const mode = OPEN_CALLS.find((known) => known === openCalls) ?? 'answer';
  const parsed = items.map(({ json }) => JSON.parse(json));
  const expected = examine(parsed, {
    openCalls: mode,
    tail: 'open',
    beforeCompaction: 'examined',
  }).findings.map(({ rule, itemId }) => `${rule} ${itemId}`);
  const found = (Array.isArray(findings) ? findings : []).map(
    ({ rule, item_id: id }) => `${rule} ${id}`,
  );
  assertThat(
    found.join() === expected.join(),
    () => `found were ${found.join()}, and expected ${expected.join()}`,
  );
}
