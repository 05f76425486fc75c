import { expect, test } from 'vitest';
import { framesIn } from '../../console/src/api/frames.ts';

/** Returns the data of the frames in a stream that comes in these pieces. */
async function dataIn(...pieces: readonly string[]): Promise<readonly (string | undefined)[]> {
  const body = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
  const data: (string | undefined)[] = [];
  for await (const frame of framesIn(body)) {
    data.push(frame.data);
  }
  return data;
}

test('a frame is whole, wherever its stream is cut', async () => {
  const text = 'id: 1\ndata: a\n\n: silence\n\nid: 2\ndata: ü\n\n';
  const whole = await dataIn(text);
  expect(whole).toEqual(['a', undefined, 'ü']);
  for (let at = 1; at < text.length; at += 1) {
    expect(await dataIn(text.slice(0, at), text.slice(at))).toEqual(whole);
  }
  expect(await dataIn(...Array.from(text))).toEqual(whole);
  expect(await dataIn('data: not ended\n')).toEqual([]);
});
