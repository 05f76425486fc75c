import { isJsonObject } from '../../src/base/json-object.ts';
import { assertConversation } from '../assertions.ts';
import { assertThat } from '../mismatch.ts';
import type { StoredConversation } from '../model.ts';
import { METADATA_KEYS, METADATA_VALUES } from '../plain-values.ts';
import { readable } from './effects.ts';
import type { PrivateOperation } from './operation.ts';

/** The server of a run has no trash: what is there is alive, and is answered as it is. */
export const restoreConversation: PrivateOperation = {
  access: 'private',
  weight: 3,
  path: ['conversation_id'],
  headers: ['Idempotency-Key', 'x-colloquy-fingerprint', 'If-Match'],
  query: {},
  expect: (model, caller, { conversation }) =>
    model.read(caller, conversation) !== undefined &&
    model.writable(caller).some(({ id }) => id === conversation),
  accept: (success) => assertConversation(success.body, readable(success)),
};

export const eraseConversations: PrivateOperation = {
  access: 'private',
  weight: 4,
  path: [],
  query: {},
  body: {
    fields: ['metadata', 'owner', 'conversation_ids', 'dry_run'],
    make: ({ random, caller, values }) => ({
      metadata: {
        [random.pick(METADATA_KEYS)]: random.pick(METADATA_VALUES.filter((value) => value !== '')),
      },
      ...(random.chance(0.2) ? { owner: 'nobody' } : {}),
      ...(random.chance(0.2) ? { conversation_ids: [values.conversation(random, caller).id] } : {}),
      dry_run: random.chance(0.6),
    }),
  },
  expect: () => true,
  accept: ({ model, caller, meaning, body }) => {
    if (!isJsonObject(body)) return;
    const asked = isJsonObject(meaning.body) ? meaning.body : {};
    const pairs = Object.entries(isJsonObject(asked['metadata']) ? asked['metadata'] : {});
    const owner = asked['owner'] ?? undefined;
    const ids = asked['conversation_ids'] ?? undefined;
    const matches = ({ id, metadata, owner: of }: StoredConversation): boolean =>
      (owner === undefined || owner === of.name) &&
      (!Array.isArray(ids) || ids.includes(id)) &&
      pairs.every(([key, value]) => Object.hasOwn(metadata, key) && metadata[key] === value);
    const found = model.writable(caller).filter(matches);
    assertThat(body['matched'] === found.length, () => `matched are ${found.length} conversations`);
    const deleted = asked['dry_run'] === true ? 0 : found.length;
    assertThat(body['deleted'] === deleted, () => `deleted are ${deleted} conversations`);
    if (deleted > 0) for (const { id } of found) model.delete(id);
  },
};
