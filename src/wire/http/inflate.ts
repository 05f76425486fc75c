import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

/**
 * Logarithm of the largest window of zstd, 32 MiB, the default limit of a body. A frame names its window, and zstd
 * itself takes 128 MiB for one.
 */
const MAX_ZSTD_WINDOW_LOG = 25;

/** Makers of decoders by content encoding. Each is given the first bytes of the body. */
const DECODERS: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  // By RFC 9110 the zlib format, which begins with a method of 8 in its low half; some clients send bare deflate.
  deflate: ([head = 0]) => ((head & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () =>
    createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: MAX_ZSTD_WINDOW_LOG } }),
};

/** Checks whether bodies of this encoding can be inflated. */
export function canInflate(encoding: string): boolean {
  return Object.hasOwn(DECODERS, encoding);
}

/** Receiver of a body. */
export interface BodySink {
  readonly onChunk: (chunk: Buffer) => void;
  readonly onEnd: () => void;
  /** Called for bytes that are not what the encoding says, or end early. */
  readonly onError: (error: Error) => void;
}

/**
 * Inflates a body while it arrives. Returns a function that stops, after which the rest of the body is read and
 * dropped, so that the connection stays usable.
 */
export function inflate(
  request: IncomingMessage,
  encoding: string,
  { onChunk, onEnd, onError }: BodySink,
): () => void {
  let decoder: Transform | undefined;
  const onFirst = (first: Buffer): void => {
    request.off('data', onFirst);
    request.off('end', onEnd);
    decoder = DECODERS[encoding]?.(first);
    if (decoder === undefined) throw new Error(`there is no decoder for ${encoding}`);
    decoder.on('data', onChunk);
    decoder.on('end', onEnd);
    decoder.on('error', onError);
    decoder.write(first);
    request.pipe(decoder);
  };
  request.on('data', onFirst);
  request.on('end', onEnd);
  return () => {
    request.off('data', onFirst);
    if (decoder !== undefined) {
      request.unpipe(decoder);
      decoder.destroy();
    }
    request.resume();
  };
}
