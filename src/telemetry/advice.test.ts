import { expect, test } from 'vitest';
import { StoreUnavailableError } from '../base/errors/store-unavailable.ts';
import { explanationOf } from '../base/errors/unavailable-reasons.ts';
import { adviceOn } from './advice.ts';

test('the log finds its advice at any depth of causes', () => {
  const failure = new Error('no audit line', {
    cause: new StoreUnavailableError('locked', 'SQLite cannot take the request'),
  });
  expect(adviceOn(failure, 'sqlite')?.cause).toBe('another process holds the database');
});

test('the log has the advice on a full disk for any file', () => {
  const failure = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const audit = new Error('no audit line', { cause: failure });
  expect(adviceOn(audit, 'postgres')?.cause).toBe('the disk is full');
});

test('the log advises on damage for the database that it serves', () => {
  const damage = new StoreUnavailableError('damaged', 'the database is malformed');
  expect(adviceOn(damage, 'sqlite')).toEqual({
    cause: 'the database file is damaged',
    fix: expect.stringMatching(/`colloquy doctor`.* The fault lasts until then\.$/),
  });
  expect(adviceOn(damage, 'postgres')?.fix).toMatch(/REINDEX/);
});

test('the log has no advice on a failure that is unknown', () => {
  expect(adviceOn(new Error('x is not a function'), 'sqlite')).toBeUndefined();
  expect(adviceOn(new StoreUnavailableError('other', 'out of memory'), 'sqlite')).toBeUndefined();
});

test('a reason that a database does not report is explained as an unknown one', () => {
  expect(explanationOf('standby', 'sqlite')).toEqual(explanationOf('other', 'sqlite'));
});
