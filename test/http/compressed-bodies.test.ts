import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { JSON_HEADERS } from '../support/raw-client.ts';
import { itemsBody, startRefusalTarget } from '../support/refusals.ts';
import { messages } from '../support/texts.ts';

const { send, path, server, conversationId, countItems, ...target } = await startRefusalTarget();
afterAll(() => target[Symbol.asyncDispose]());

const TEXT = 'Oeschinensee 🏔\u0000'.repeat(4000);
const BODY = itemsBody(...messages(TEXT));

type Compress = (body: string) => Buffer;

const ENCODINGS: Readonly<Record<string, readonly [encoding: string, compress: Compress]>> = {
  gzip: ['gzip', gzipSync],
  'gzip in two members': ['gzip', (body) => inTwo(body, gzipSync)],
  'x-gzip': ['x-gzip', gzipSync],
  'GZIP in capitals': ['GZIP', gzipSync],
  'deflate in the zlib format': ['deflate', deflateSync],
  'deflate without a header': ['deflate', deflateRawSync],
  br: ['br', brotliCompressSync],
  zstd: ['zstd', zstdCompressSync],
  'zstd in two frames': ['zstd', (body) => inTwo(body, zstdCompressSync)],
  identity: ['identity', (body) => Buffer.from(body)],
};

function inTwo(body: string, compress: (part: Buffer) => Buffer): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([compress(bytes.subarray(0, 100)), compress(bytes.subarray(100))]);
}

function headersOf(encoding: string): Readonly<Record<string, string>> {
  return { ...JSON_HEADERS, 'content-encoding': encoding };
}

/** Fails unless the connection of an answer serves another request. */
async function assertUsable(clientPort: number | undefined): Promise<void> {
  const next = await send('GET', path);
  expect(next.status).toBe(200);
  expect(next.clientPort, 'the answer must leave the connection open').toBe(clientPort);
}

describe.each(Object.entries(ENCODINGS))('a body in %s', (_title, [encoding, compress]) => {
  test(`a body with the encoding ${encoding} is stored as its text`, async () => {
    const { conversations } = server.client;
    const { id } = await conversations.create();
    const sent = await send(
      'POST',
      `/v1/conversations/${id}/items`,
      compress(BODY),
      headersOf(encoding),
    );
    expect(sent).toMatchObject({ status: 200 });
    const { data } = await conversations.items.list(id);
    expect(data).toMatchObject([{ content: [{ text: TEXT }] }]);
    await assertUsable(sent.clientPort);
  });

  test(`a body with the encoding ${encoding} is stored when it arrives byte by byte`, async () => {
    const body = compress('{"metadata":{"a":"b"}}');
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1');
    socket.setNoDelay(true);
    socket.write(
      `POST /v1/conversations HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-encoding: ${encoding}\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    for (const byte of body) {
      await new Promise((resolve) => {
        socket.write(Buffer.from([0x31, 0x0d, 0x0a, byte, 0x0d, 0x0a]), resolve);
      });
    }
    socket.write('0\r\n\r\n');
    const answer = (await socket.setEncoding('latin1').toArray()).join('');
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*"metadata":\{"a":"b"\}/);
  });
});

/** Bytes above the server's limit, of which gzip makes about 40 kB. */
const HUGE = `{"metadata":{"a":"${'0'.repeat(40_000_000)}"}}`;

test.each([
  ['gzip', gzipSync(HUGE)],
  ['deflate', deflateSync(HUGE)],
  ['br', brotliCompressSync(HUGE, { params: { [constants.BROTLI_PARAM_QUALITY]: 0 } })],
  ['zstd', zstdCompressSync(HUGE)],
])(
  'a body in %s that inflates to more than the limit is answered 413 before it ends, and the connection stays open',
  async (encoding, body) => {
    expect(body.length).toBeLessThan(50_000);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { ...headersOf(encoding), 'content-length': body.length };
    const url = `${server.origin}${path}`;
    const request = httpRequest(url, { method: 'POST', agent, headers });
    // The last bytes follow the answer.
    request.write(body.subarray(0, -8));
    const refused = await answerOf(request);
    expect(refused).toMatchObject({ status: 413, error: { code: 'request_too_large' } });
    request.end(body.subarray(-8));
    const next = await answerOf(httpRequest(url, { agent }).end());
    expect(next).toMatchObject({ status: 200, clientPort: refused.clientPort });
    agent.destroy();
  },
);

async function answerOf(request: ReturnType<typeof httpRequest>) {
  // Sound: the event has one argument of this type.
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const clientPort = response.socket.localPort;
  const body = Buffer.concat(await response.toArray()).toString();
  const { error } = JSON.parse(body) as { readonly error?: unknown };
  return { status: response.statusCode, error, clientPort };
}

const UNDECODABLE = { status: 400, error: { code: 'invalid_content_encoding' } };
const UNSUPPORTED = { status: 415, error: { code: 'unsupported_content_encoding' } };
const JUNK = Buffer.from('}{ this is not compressed');

test.each([
  ['gzip that ends early', 'gzip', gzipSync(BODY).subarray(0, -9), UNDECODABLE],
  ['gzip of which only the header arrives', 'gzip', gzipSync(BODY).subarray(0, 5), UNDECODABLE],
  ['gzip with a wrong checksum', 'gzip', withLastByteChanged(gzipSync(BODY)), UNDECODABLE],
  ['zlib that ends early', 'deflate', deflateSync(BODY).subarray(0, -9), UNDECODABLE],
  ['deflate that ends early', 'deflate', deflateRawSync(BODY).subarray(0, -9), UNDECODABLE],
  ['br that ends early', 'br', brotliCompressSync(BODY).subarray(0, -9), UNDECODABLE],
  ['zstd that ends early', 'zstd', zstdCompressSync(BODY).subarray(0, -9), UNDECODABLE],
  ['zstd with a window of 64 MiB', 'zstd', zstdWithWindow(26), UNDECODABLE],
  ['text as gzip', 'gzip', Buffer.from(BODY), UNDECODABLE],
  ['junk as deflate', 'deflate', JUNK, UNDECODABLE],
  ['junk as br', 'br', JUNK, UNDECODABLE],
  ['junk as zstd', 'zstd', JUNK, UNDECODABLE],
  ['zstd as gzip', 'gzip', zstdCompressSync(BODY), UNDECODABLE],
  ['gzip twice', 'gzip, gzip', gzipSync(gzipSync(BODY)), UNSUPPORTED],
  ['gzip after identity', 'identity, gzip', gzipSync(BODY), UNSUPPORTED],
  ['an unknown encoding', 'lzma', JUNK, UNSUPPORTED],
  ['an encoding named as a property of objects', 'constructor', JUNK, UNSUPPORTED],
  [
    'gzip without its encoding',
    'identity',
    gzipSync(BODY),
    { status: 400, error: { code: 'invalid_json' } },
  ],
])(
  '%s is refused, stores nothing and leaves the connection open',
  async (_, encoding, body, answer) => {
    const before = await countItems();
    const refused = await send('POST', `${path}/items`, body, headersOf(encoding));
    expect(refused).toMatchObject(answer);
    await assertUsable(refused.clientPort);
    expect(await countItems(), 'the refused request must not change the items').toBe(before);
  },
);

function withLastByteChanged(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[changed.length - 6] = (changed.at(-6) ?? 0) ^ 0xff;
  return changed;
}

/** Makes a frame of one uncompressed block that names a window of this size. */
function zstdWithWindow(windowLog: number): Buffer {
  const content = Buffer.from(itemsBody(...messages('text')));
  const blockHeader = Buffer.alloc(3);
  blockHeader.writeUIntLE(content.length * 8 + 1, 0, 3);
  const frameHeader = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) * 8]);
  return Buffer.concat([frameHeader, blockHeader, content]);
}

test('zstd with a window of 32 MiB is stored', async () => {
  const sent = await send('POST', `${path}/items`, zstdWithWindow(25), headersOf('zstd'));
  expect(sent).toMatchObject({ status: 200 });
});

test.each([5, 100_000, 8_000_000])(
  'gzip with %i bytes of junk after its end is refused and leaves the connection open',
  async (count) => {
    const body = Buffer.concat([gzipSync('{}'), Buffer.alloc(count, 'x')]);
    const answer = await send('POST', '/v1/conversations', body, headersOf('gzip'));
    expect(answer).toMatchObject(UNDECODABLE);
    await assertUsable(answer.clientPort);
  },
);

test('an empty body with a content encoding counts as no body', async () => {
  const created = await send('POST', '/v1/conversations', '', headersOf('gzip'));
  expect(created.status).toBe(200);
  await assertUsable(created.clientPort);
});

test.each([
  ['gzip', gzipSync('')],
  ['br', brotliCompressSync('')],
  ['zstd', zstdCompressSync('')],
  ['gzip', Buffer.from('')],
])('a body in %s that inflates to nothing counts as no body', async (encoding, body) => {
  const headers = { ...headersOf(encoding), 'transfer-encoding': 'chunked' };
  const created = await send('POST', '/v1/conversations', body, headers);
  expect(created.status).toBe(200);
  await assertUsable(created.clientPort);
});

test('a client that leaves in the middle of a compressed body stores nothing and leaves the server healthy', async () => {
  // The first member is a whole document, so that the body lacks only its end.
  const whole = gzipSync(itemsBody(...messages('left')));
  const body = Buffer.concat([whole, gzipSync(' '.repeat(1000))]);
  const before = await countItems();
  const open = Array.from({ length: 20 }, async (_, index) => {
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1');
    socket.write(
      `POST ${path}/items HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    // Follows the reading of the headers.
    await once(socket, 'data');
    await new Promise((resolve) => {
      socket.write(body.subarray(0, whole.length + index - 10), resolve);
    });
    // Leaves the server the time to inflate what has arrived.
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (index % 2 === 0) socket.resetAndDestroy();
    else socket.end();
    await once(socket, 'close');
  });
  await Promise.all(open);
  expect(await countItems()).toBe(before);
  await server.client.conversations.items.create(conversationId, {
    items: messages('after'),
  });
  expect(server.failures).toEqual([]);
});
