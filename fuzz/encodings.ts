import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';

/** Encoding of a body in transit. */
export interface Encoding {
  /** Value of the header `content-encoding`. */
  readonly name: string;
  readonly compress: (body: Buffer) => Buffer;
}

const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

/** Encodings that the server inflates. */
export const ENCODINGS: readonly Encoding[] = [
  { name: 'gzip', compress: (body) => gzipSync(body) },
  { name: 'x-gzip', compress: (body) => gzipSync(body) },
  { name: 'GZip ', compress: (body) => gzipSync(body) },
  { name: 'deflate', compress: (body) => deflateSync(body) },
  // Some clients send the bare format under the same name.
  { name: 'deflate', compress: (body) => deflateRawSync(body) },
  { name: 'br', compress: (body) => brotliCompressSync(body, FAST) },
  { name: 'zstd', compress: (body) => zstdCompressSync(body) },
];
