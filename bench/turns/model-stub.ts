/**
 * Model server for measurements. It answers every request with the same Chat Completions stream, without reading the
 * body: `node bench/turns/model-stub.ts at-once | one-by-one | dripping`
 */

import { createServer, type Socket } from 'node:net';
import { listen } from '../listen.ts';
import { DRIP_EVERY_MS, DRIPS, PIECE, PIECES, type StubMode } from './shared.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const HEAD = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n`;

// Sound: the only argument.
const mode = process.argv[2] as StubMode;

const chunk = (data: string): string => `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`;

function event(fields: object): string {
  const common = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'stub' };
  return chunk(`data: ${JSON.stringify({ ...common, ...fields })}\n\n`);
}

function delta(content: object, finishReason: string | null = null): string {
  return event({ choices: [{ index: 0, delta: content, finish_reason: finishReason }] });
}

const pieces = Array.from({ length: mode === 'dripping' ? DRIPS : PIECES }, (_, index) =>
  delta(index === 0 ? { role: 'assistant', content: PIECE } : { content: PIECE }),
);
const end = [
  delta({}, 'stop'),
  event({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 } }),
  chunk('data: [DONE]\n\n'),
  '0\r\n\r\n',
].join('');
/** Texts to write one after the other. */
const script = [HEAD + pieces[0], ...pieces.slice(1, -1), pieces.at(-1) + end];
const whole = Buffer.from(script.join(''));

function play(socket: Socket): void {
  if (mode === 'at-once') {
    socket.write(whole);
    return;
  }
  let next = 0;
  const write = (): void => {
    if (socket.destroyed) return;
    socket.write(script[next] ?? '');
    next += 1;
    if (next === script.length) return;
    if (mode === 'dripping') setTimeout(write, DRIP_EVERY_MS);
    else setImmediate(write);
  };
  write();
}

const server = createServer({ noDelay: true }, (socket) => {
  let head = Buffer.alloc(0);
  /** Bytes of the body that are still to come; `undefined` while the head is incomplete. */
  let remaining: number | undefined;
  socket.on('error', () => socket.destroy());
  socket.on('data', (data: Buffer) => {
    let received = data.length;
    if (remaining === undefined) {
      head = Buffer.concat([head, data]);
      const headEnd = head.indexOf(HEAD_END);
      if (headEnd === -1) return;
      const length = /content-length: (\d+)/i.exec(head.toString('latin1', 0, headEnd))?.[1];
      remaining = Number(length ?? 0);
      received = head.length - headEnd - HEAD_END.length;
      head = Buffer.alloc(0);
    }
    remaining -= received;
    if (remaining > 0) return;
    remaining = undefined;
    play(socket);
  });
});
listen(server);
