import { expect, test, vi } from 'vitest';
import { newId } from './ids.ts';

test('an id is its prefix and 48 hex digits', () => {
  expect(newId('conv')).toMatch(/^conv_[0-9a-f]{48}$/);
});

test('an id begins with the time in milliseconds', () => {
  const before = Date.now();
  const time = Number.parseInt(newId('x').slice(2, 14), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now() + 1000);
});

test('200,000 ids made at once are unique, unguessable and in ascending order', () => {
  const ids = Array.from({ length: 200_000 }, () => newId('x'));
  expect(new Set(ids).size).toBe(ids.length);
  // Without a unique random part, an id could be guessed.
  expect(new Set(ids.map((id) => id.slice(-32))).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test('ids ascend when the clock stands still or steps back', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const ids = Array.from({ length: 70_000 }, () => newId('msg'));
    vi.setSystemTime(Date.now() - 3_600_000);
    ids.push(...Array.from({ length: 70_000 }, () => newId('msg')));
    expect(ids.every((id, index) => index === 0 || (ids[index - 1] ?? '') < id)).toBe(true);
    expect(new Set(ids.map((id) => id.slice(0, 20))).size).toBe(ids.length);
  } finally {
    vi.useRealTimers();
  }
});
