import { describe, expect, test } from 'vitest';
import { examine, findingOf } from '../../support/doctor.ts';
import { runProcess } from '../../support/process.ts';
import { newConversation, openOn } from '../../support/store.ts';
import { KINDS, storedDatabase } from '../../support/stored.ts';

const call = { type: 'function_call', call_id: 'call_a', name: 'look', arguments: '{}' };
const output = { type: 'function_call_output', call_id: 'call_a', output: 'secret words' };
const question = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'x' }] };

/** Stores a conversation with these items, whose ids are numbers. */
async function store(
  url: string,
  id: string,
  tenant: string,
  bodies: readonly { readonly type: string }[],
): Promise<void> {
  await using opened = await openOn(url);
  const items = bodies.map((body, place) => {
    const itemId = `${id}_${place}`;
    const data = JSON.stringify({ id: itemId, ...body });
    return { kind: 'minted' as const, id: itemId, type: body.type, data };
  });
  await opened.conversations.create({ ...newConversation(id, tenant), items });
}

describe.each(KINDS)('doctor --history on %s', (kind) => {
  test('doctor counts the conversations with items that model servers refuse', async () => {
    await using stored = await storedDatabase(kind);
    await store(stored.url, 'conv_a', 't', [question, call, output]);
    await store(stored.url, 'conv_b', 't', [question, call, question, output, output]);
    await store(stored.url, 'conv_c', 'u', [output, question]);
    const history = async (...args: readonly string[]) =>
      findingOf((await examine(stored.url, args)).findings, 'history');
    expect(await history()).toBeUndefined();
    const found = await history('--history');
    expect(found).toMatchObject({
      state: 'warning',
      detail:
        '2 of 3 conversations (conv_b, conv_c) have items that model servers refuse: duplicate_output 1, output_without_call 1',
    });
    expect(JSON.stringify(found)).not.toContain('secret');
    expect((await history('--history', '--tenant', 'u'))?.detail).toMatch(/^1 of 1 conversation /);
    await stored.run(`DELETE FROM items WHERE conversation_id <> 'conv_a'`);
    expect(await history('--history')).toMatchObject({ state: 'ok' });
    expect((await history('--history', '--tenant', 'u'))?.detail).toMatch(/^0 conversations/);
  });
});

test('doctor examines the histories of a tenant only when it is to examine histories', async () => {
  const { code, stderr } = await runProcess(['doctor', '--tenant', 't']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('--tenant belongs to --history');
});
