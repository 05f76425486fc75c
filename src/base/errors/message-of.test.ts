import { expect, test } from 'vitest';
import { messageOf } from './message-of.ts';

test('an error of several addresses has the message of the first one', () => {
  const refused = new Error('connect ECONNREFUSED ::1:5432');
  expect(messageOf(new AggregateError([refused, new Error('other')]))).toBe(refused.message);
  expect(messageOf(new AggregateError([refused], 'several failed'))).toBe('several failed');
});

test('a thrown value that is not an error is shown as text', () => {
  expect(messageOf('text')).toBe('text');
});
