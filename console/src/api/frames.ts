interface Frame {
  readonly id: string | undefined;
  readonly data: string | undefined;
}

/**
 * Splits a stream of server-sent events, as this server writes them: a line a field, an empty line a frame. Cancels the
 * stream when its reader ends early.
 */
export async function* framesIn(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Frame> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  // Pieces of the frame that is not complete yet. A long one comes in many.
  let pieces: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const isWhole = `${pieces.at(-1)?.at(-1) ?? ''}${value}`.includes('\n\n');
      pieces.push(value);
      if (!isWhole) continue;
      const frames = pieces.join('').split('\n\n');
      pieces = frames.splice(-1);
      for (const frame of frames) yield frameOf(frame);
    }
  } finally {
    // Rejects for a stream that has broken, whose error is thrown already.
    await reader.cancel().catch(() => undefined);
  }
}

function frameOf(text: string): Frame {
  const lines = text.split('\n');
  const field = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  return { id: field('id'), data: field('data') };
}
