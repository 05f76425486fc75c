import { expect, test } from 'vitest';
import { Positions } from './positions.ts';

const at = (offset: number, timeline = 1) => ({ timeline, offset });

test('a read needs the last write to its subject, or to all subjects, and the start', () => {
  const positions = new Positions(at(10));
  positions.note(['a', 'b'], at(20));
  positions.note(['a'], at(30));
  expect(positions.neededFor('a')).toEqual(at(30));
  expect(positions.neededFor('b')).toEqual(at(20));
  expect(positions.neededFor('c')).toEqual(at(10));
  positions.note(undefined, at(25));
  expect(positions.neededFor('a')).toEqual(at(30));
  expect(positions.neededFor('b')).toEqual(at(25));
  expect(positions.neededFor('c')).toEqual(at(25));
});

test('a position that arrives late does not lower what its subject needs', () => {
  const positions = new Positions(at(10));
  positions.note(['a'], at(30));
  positions.note(['a'], at(20));
  expect(positions.neededFor('a')).toEqual(at(30));
});

test('a read of a subject that was forgotten needs what the forgotten write needed', () => {
  const positions = new Positions(at(0));
  positions.note(['first'], at(5));
  positions.note(['second'], at(6));
  // Written again, and so not the oldest one.
  positions.note(['first'], at(7));
  for (let number = 0; number < 9_999; number += 1)
    positions.note([`s${number}`], at(100 + number));
  expect(positions.neededFor('first')).toEqual(at(7));
  expect(positions.neededFor('none')).toEqual(at(6));
});

test('the first write on a new timeline stands for all that came before', () => {
  const positions = new Positions(at(10));
  positions.note(['a'], at(90));
  positions.note(['b'], at(50, 2));
  expect(positions.neededFor('a')).toEqual(at(50, 2));
  positions.note(['a'], at(95, 1));
  expect(positions.neededFor('a')).toEqual(at(50, 2));
});

test('a lost write needs the primary until a position is read that was asked for after it', () => {
  const positions = new Positions(at(10));
  positions.lose(['a']);
  const { losses } = positions;
  positions.lose(['b']);
  positions.note(['a'], at(20));
  expect(positions.neededFor('a')).toBeUndefined();
  expect(positions.neededFor('c')).toEqual(at(10));
  positions.settle(at(30), losses);
  expect(positions.neededFor('a')).toEqual(at(30));
  expect(positions.neededFor('b')).toBeUndefined();
  positions.settle(at(40), positions.losses);
  expect(positions.neededFor('b')).toEqual(at(40));
});

test('a lost write without subjects, or too many of them, needs the primary for every read', () => {
  for (const lost of [undefined, Array.from({ length: 10_001 }, (_, number) => `s${number}`)]) {
    const positions = new Positions(at(10));
    positions.lose(lost);
    expect(positions.neededFor('a')).toBeUndefined();
    positions.settle(at(30), positions.losses);
    expect(positions.neededFor('a')).toEqual(at(30));
  }
});

test('a position on an older timeline settles nothing', () => {
  const positions = new Positions(undefined);
  expect(positions.neededFor('a')).toBeUndefined();
  positions.settle(at(30, 2), positions.losses);
  positions.lose(['a']);
  positions.settle(at(40, 1), positions.losses);
  expect(positions.neededFor('a')).toBeUndefined();
  expect(positions.neededFor('b')).toEqual(at(30, 2));
});
