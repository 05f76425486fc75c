import type { IncomingMessage } from 'node:http';
import { apiError } from '../../contract/errors/registry.ts';

const JSON_TYPE = /^application\/json *(;|$)/i;

/**
 * The bytes of a request's JSON body, undefined where it has none. Throws `unsupported_encoding`,
 * `unsupported_media_type`, `body_too_large` for more than `limit` bytes, and `malformed_request` for a body that ends early. What is left of
 * a refused body is read and dropped, so that the connection stays usable.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> | undefined {
  const { headers } = request;
  const length = Number(headers['content-length'] ?? 0);
  if (length === 0 && headers['transfer-encoding'] === undefined) return undefined;
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') throw apiError('unsupported_encoding', { found: encoding });
  const type = headers['content-type'] ?? '';
  if (!JSON_TYPE.test(type)) throw apiError('unsupported_media_type', { found: type });
  if (length > limit) throw apiError('body_too_large', { limit });
  return collect(request, limit);
}

/** Smaller chunks are put together as they come: each kept by itself would cost a hundred times its size. */
const SMALL = 4096;
const BLOCK = 65_536;

/** Chunks, the small ones of them gathered in blocks. */
class Chunks {
  readonly #parts: Buffer[] = [];
  #block: Buffer | undefined;
  #used = 0;
  length = 0;

  add(chunk: Buffer): void {
    const isFirst = this.length === 0;
    this.length += chunk.length;
    // Most bodies are one chunk, which is then not copied.
    if (isFirst || chunk.length > SMALL) {
      this.#closeBlock();
      this.#parts.push(chunk);
      return;
    }
    if (this.#block === undefined || this.#used + chunk.length > BLOCK) {
      this.#closeBlock();
      this.#block = Buffer.allocUnsafe(BLOCK);
    }
    this.#used += chunk.copy(this.#block, this.#used);
  }

  whole(): Buffer {
    this.#closeBlock();
    const [first] = this.#parts;
    return first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts);
  }

  #closeBlock(): void {
    if (this.#block === undefined) return;
    this.#parts.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}

function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Nothing more is to come from who has left meanwhile.
    if (request.destroyed) throw apiError('malformed_request');
    const chunks = new Chunks();
    const take = (chunk: Buffer): void => {
      if (chunks.length + chunk.length <= limit) return chunks.add(chunk);
      request.off('data', take);
      request.resume();
      reject(apiError('body_too_large', { limit }));
    };
    request.on('data', take);
    request.on('end', () => resolve(chunks.whole()));
    request.on('error', (error) => reject(apiError('malformed_request', undefined, error)));
  });
}
