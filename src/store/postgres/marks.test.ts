import { expect, test } from 'vitest';
import { Marks } from './marks.ts';

const at = (offset: number, timeline = 1) => ({ timeline, offset });

test('a read needs the last write to its topic, or to all topics, and the start', () => {
  const marks = new Marks(at(10));
  marks.note(['a', 'b'], at(20));
  marks.note(['a'], at(30));
  expect(marks.neededFor('a')).toEqual(at(30));
  expect(marks.neededFor('b')).toEqual(at(20));
  expect(marks.neededFor('c')).toEqual(at(10));
  marks.note(undefined, at(25));
  expect(marks.neededFor('a')).toEqual(at(30));
  expect(marks.neededFor('b')).toEqual(at(25));
  expect(marks.neededFor('c')).toEqual(at(25));
});

test('a mark that arrives late does not lower what its topic needs', () => {
  const marks = new Marks(at(10));
  marks.note(['a'], at(30));
  marks.note(['a'], at(20));
  expect(marks.neededFor('a')).toEqual(at(30));
});

test('a read of a topic that was forgotten needs what the forgotten write needed', () => {
  const marks = new Marks(at(0));
  marks.note(['first'], at(5));
  marks.note(['second'], at(6));
  // Written again, and so not the oldest one.
  marks.note(['first'], at(7));
  for (let number = 0; number < 9_999; number += 1) marks.note([`s${number}`], at(100 + number));
  expect(marks.neededFor('first')).toEqual(at(7));
  expect(marks.neededFor('none')).toEqual(at(6));
});

test('the first write on a new timeline stands for all that came before', () => {
  const marks = new Marks(at(10));
  marks.note(['a'], at(90));
  marks.note(['b'], at(50, 2));
  expect(marks.neededFor('a')).toEqual(at(50, 2));
  marks.note(['a'], at(95, 1));
  expect(marks.neededFor('a')).toEqual(at(50, 2));
});

test('a lost write needs the primary until a mark is read that was asked for after it', () => {
  const marks = new Marks(at(10));
  marks.lose(['a']);
  const { losses } = marks;
  marks.lose(['b']);
  marks.note(['a'], at(20));
  expect(marks.neededFor('a')).toBeUndefined();
  expect(marks.neededFor('c')).toEqual(at(10));
  marks.settle(at(30), losses);
  expect(marks.neededFor('a')).toEqual(at(30));
  expect(marks.neededFor('b')).toBeUndefined();
  marks.settle(at(40), marks.losses);
  expect(marks.neededFor('b')).toEqual(at(40));
});

test('a lost write without topics, or too many of them, needs the primary for every read', () => {
  for (const lost of [undefined, Array.from({ length: 10_001 }, (_, number) => `s${number}`)]) {
    const marks = new Marks(at(10));
    marks.lose(lost);
    expect(marks.neededFor('a')).toBeUndefined();
    marks.settle(at(30), marks.losses);
    expect(marks.neededFor('a')).toEqual(at(30));
  }
});

test('a mark on an older timeline settles nothing', () => {
  const marks = new Marks(undefined);
  expect(marks.neededFor('a')).toBeUndefined();
  marks.settle(at(30, 2), marks.losses);
  marks.lose(['a']);
  marks.settle(at(40, 1), marks.losses);
  expect(marks.neededFor('a')).toBeUndefined();
  expect(marks.neededFor('b')).toEqual(at(30, 2));
});
