import { connect, type LookupFunction } from 'node:net';
import { expect, test } from 'vitest';
import { adviceOn } from './advice.ts';

/** As the store throws it. */
function unavailable(message: string, options?: ErrorOptions): Error {
  return Object.assign(new Error(message, options), { name: 'StoreUnavailableError' });
}

test('a host that refuses at each of its addresses is out of reach', async () => {
  const error = await new Promise<unknown>((resolve) => {
    const lookup: LookupFunction = (_name, _options, done) =>
      done(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    connect({ host: 'both', port: 1, lookup, autoSelectFamily: true }).on('error', resolve);
  });
  expect(error).toMatchObject({ message: '', code: 'ECONNREFUSED' });
  const failure = unavailable('PostgreSQL cannot take the request', { cause: error });
  expect(adviceOn(failure)?.cause).toBe('PostgreSQL is out of reach');
});

test('a path does not pass for a cause', () => {
  const failure = unavailable('the database file is gone: there is no /corrupt/full.db any more');
  expect(adviceOn(failure)?.cause).toBe('the database file is gone from its place');
});

test('what nobody has met yet has no advice', () => {
  expect(adviceOn(new Error('x is not a function'))).toBeUndefined();
});
