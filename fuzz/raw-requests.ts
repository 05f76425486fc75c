import { gzipSync } from 'node:zlib';
import type { RawRequest } from './requests.ts';

const END = '\r\n\r\n';
const HOST = '\r\nhost: localhost';
const AUTHORISED = `${HOST}\r\nauthorization: Bearer {alice}\r\ncontent-type: application/json`;
const POST = `POST /v1/conversations HTTP/1.1${AUTHORISED}`;

/** Returns a post with a body that is compressed or claims to be. */
function encodedPost(encoding: string, body: Buffer): string {
  const length = `\r\ncontent-length: ${body.length}`;
  return `${POST}\r\ncontent-encoding: ${encoding}${length}${END}${body.toString('latin1')}`;
}

const GZIPPED = gzipSync('{"metadata":{"topic":"x"}}');
/** More than the limit of a body once it is inflated. */
const BOMB = gzipSync(Buffer.alloc(40_000_000, ' '), { level: 1 });

const WHOLE = [
  `GET /health HTTP/1.1${END}`,
  `GET /health HTTP/1.0${END}`,
  `GET /health HTTP/3.7${HOST}${END}`,
  `GET /health${END}`,
  `GET  /health HTTP/1.1${HOST}${END}`,
  `GET /hea lth HTTP/1.1${HOST}${END}`,
  `GET /h\u00e9alth HTTP/1.1${HOST}${END}`,
  `get /health HTTP/1.1${HOST}${END}`,
  `NONSENSE /health HTTP/1.1${HOST}${END}`,
  `GET http://[/ HTTP/1.1${HOST}${END}`,
  `GET http://elsewhere.example/health HTTP/1.1${HOST}${END}`,
  `GET * HTTP/1.1${HOST}${END}`,
  `OPTIONS * HTTP/1.1${HOST}${END}`,
  `CONNECT example.com:443 HTTP/1.1${HOST}${END}`,
  `CONNECT /v1/conversations HTTP/1.1${AUTHORISED}${END}`,
  `GET /health HTTP/1.1${HOST}\r\nconnection: upgrade\r\nupgrade: websocket${END}`,
  `GET /health HTTP/1.1${HOST}\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAA${END}`,
  `PRI * HTTP/2.0${END}SM${END}`,
  `\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003 tls${END}`,
  `GET /health HTTP/1.1${HOST}\r\nno colon here${END}`,
  `GET /health HTTP/1.1${HOST}\r\nx: a\u0000b${END}`,
  `GET /health HTTP/1.1${HOST}\r\n folded: yes${END}`,
  `GET /health HTTP/1.1${HOST}\r\nx-long: ${'x'.repeat(20_000)}${END}`,
  `GET /${'x'.repeat(20_000)} HTTP/1.1${HOST}${END}`,
  `GET /health HTTP/1.1${HOST}${'\r\nx: y'.repeat(2_500)}${END}`,
  `GET /health HTTP/1.1${HOST}${HOST}${END}`,
  `${POST}\r\ncontent-length: -1${END}`,
  `${POST}\r\ncontent-length: 1e3${END}{}`,
  `${POST}\r\ncontent-length: 99999999999999999999${END}{`,
  `${POST}\r\ncontent-length: 2\r\ncontent-length: 3${END}{}x`,
  `${POST}\r\ncontent-length: 2\r\ntransfer-encoding: chunked${END}0${END}`,
  `${POST}\r\ntransfer-encoding: nonsense${END}{}`,
  `${POST}\r\ntransfer-encoding: chunked${END}zz\r\n{}\r\n0${END}`,
  `${POST}\r\ntransfer-encoding: chunked${END}ffffffffffffffffff\r\n{}`,
  `${POST}\r\ncontent-length: 40000000${END}{`,
  encodedPost('gzip', GZIPPED.subarray(0, -9)),
  encodedPost('gzip', Buffer.from('{}')),
  encodedPost('gzip, br', GZIPPED),
  encodedPost('br', GZIPPED),
  encodedPost('compress', GZIPPED),
  encodedPost('gzip', BOMB),
];
const CUT = [
  `GET /health HTTP/1.1${HOST}`,
  `GET /hea`,
  `${POST}\r\ncontent-length: 100${END}{"items":[`,
  `${POST}\r\ntransfer-encoding: chunked${END}5\r\n{"ite`,
];

/** Requests that only a broken or a hostile client sends. */
export const RAW_REQUESTS: readonly RawRequest[] = [
  ...WHOLE.map((bytes) => ({ bytes, ends: false })),
  ...CUT.map((bytes) => ({ bytes, ends: true })),
];
