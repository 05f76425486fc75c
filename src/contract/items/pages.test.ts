import { expect, test } from 'vitest';
import { stubJson } from './pages.ts';

const stubOf = (ends: string) =>
  JSON.parse(stubJson({ id: 'i', type: 'message', bytes: 9, ends })) as Record<string, unknown>;

test.each([
  ['in front of the text', '{"id":"i","phase":null,"role":"user","content":[{"te\nxt"}]}', 'user'],
  ['after the text', '{"id":"i","content":[{"text":"\nxt"}],"role":"assistant"}', 'assistant'],
  ['before a last field', '{"id":"i"\nxt"}],"role":"system","phase":"x\\"y"}', 'system'],
  [
    'nowhere',
    '{"id":"i","output":"\\",\\"role\\":\\"user\\"\n,\\"role\\":\\"user\\"}"}',
    undefined,
  ],
  ['in a part alone', '{"content":[{"role":"user","te\nxt":"x"},{"role":"user"}]}', undefined],
])('a stub names the role of an item that has it %s', (_place, ends, role) => {
  expect(stubOf(ends)['role']).toBe(role);
});
