import type { IncomingMessage } from 'node:http';
import { apiError } from '../../contract/errors/registry.ts';
import { canInflate, inflate, type BodySink } from './inflate.ts';

const IDENTITY = 'identity';
const JSON_TYPE = /^application\/json *(;|$)/i;

/**
 * Reads a request's JSON body as inflated bytes; returns `undefined` when there is none. Throws
 * `unsupported_encoding`, `unsupported_media_type`, `body_too_large` for more than `limit` inflated bytes,
 * `undecodable_body`, and `malformed_request` for a body that ends early. The rest of a refused body is read and
 * dropped, so that the connection stays usable.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> | undefined {
  const { headers } = request;
  const length = Number(headers['content-length'] ?? 0);
  if (length === 0 && headers['transfer-encoding'] === undefined) return undefined;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? IDENTITY;
  if (encoding !== IDENTITY && !canInflate(encoding)) {
    throw apiError('unsupported_encoding', { found: encoding });
  }
  const type = headers['content-type'] ?? '';
  if (!JSON_TYPE.test(type)) throw apiError('unsupported_media_type', { found: type });
  if (length > limit) throw apiError('body_too_large', { limit });
  return collect(request, encoding, limit);
}

/** Chunks up to this size are copied into blocks: a one-byte chunk kept by itself costs a hundred times its size. */
const MAX_COPIED_BYTES = 4096;
const BLOCK_BYTES = 65_536;

/** The chunks of a body, with small ones joined in blocks. */
class Chunks {
  readonly #chunks: Buffer[] = [];
  #block: Buffer | undefined;
  #used = 0;
  length = 0;

  add(chunk: Buffer): void {
    const isFirst = this.length === 0;
    this.length += chunk.length;
    // Most bodies are a single chunk, which need not be copied.
    if (isFirst || chunk.length > MAX_COPIED_BYTES) {
      this.#closeBlock();
      this.#chunks.push(chunk);
      return;
    }
    if (this.#block === undefined || this.#used + chunk.length > BLOCK_BYTES) {
      this.#closeBlock();
      this.#block = Buffer.allocUnsafe(BLOCK_BYTES);
    }
    this.#used += chunk.copy(this.#block, this.#used);
  }

  whole(): Buffer {
    this.#closeBlock();
    const [first] = this.#chunks;
    return first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    this.#chunks.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}

function collect(request: IncomingMessage, encoding: string, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The client has left meanwhile: no event would follow.
    if (request.destroyed) throw apiError('malformed_request');
    const chunks = new Chunks();
    const refuse = (error: Error): void => {
      stop();
      reject(error);
    };
    const sink: BodySink = {
      onChunk: (chunk) => {
        if (chunks.length + chunk.length <= limit) chunks.add(chunk);
        else refuse(apiError('body_too_large', { limit }));
      },
      onEnd: () => resolve(chunks.whole()),
      onError: (error) => refuse(apiError('undecodable_body', { encoding }, error)),
    };
    const stop = encoding === IDENTITY ? receive(request, sink) : inflate(request, encoding, sink);
    request.on('error', (error) => refuse(apiError('malformed_request', undefined, error)));
  });
}

/** Receives a body as it is. Returns a function that stops, after which the rest is read and dropped. */
function receive(request: IncomingMessage, { onChunk, onEnd }: BodySink): () => void {
  request.on('data', onChunk);
  request.on('end', onEnd);
  return () => {
    request.off('data', onChunk);
    request.resume();
  };
}
