import { expect, test } from 'vitest';
import { StoreUnavailableError } from '../base/errors/store-unavailable.ts';
import { adviceOn } from './advice.ts';

test('is found behind what has been thrown on the way', () => {
  const failure = new Error('no audit line', {
    cause: new StoreUnavailableError('locked', 'SQLite cannot take the request'),
  });
  expect(adviceOn(failure)?.cause).toBe('another process holds the database');
});

test('a full disk is one for any file', () => {
  const failure = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  expect(adviceOn(new Error('no audit line', { cause: failure }))?.cause).toBe('the disk is full');
});

test('what nobody has met yet has no advice', () => {
  expect(adviceOn(new Error('x is not a function'))).toBeUndefined();
  expect(adviceOn(new StoreUnavailableError('other', 'out of memory'))).toBeUndefined();
});
