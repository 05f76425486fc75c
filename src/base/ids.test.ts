import { describe, expect, test } from 'vitest';
import { newId } from './ids.ts';

describe('newId', () => {
  test('is the prefix and 48 hex digits', () => {
    expect(newId('conv')).toMatch(/^conv_[0-9a-f]{48}$/);
  });

  test('begins with the time in milliseconds', () => {
    const before = Date.now();
    const time = Number.parseInt(newId('x').slice(2, 14), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now() + 1000);
  });

  test('never repeats and never goes back, however many are made at once', () => {
    const ids = Array.from({ length: 200_000 }, () => newId('x'));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });
});
