import type { IncomingMessage } from 'node:http';
import { apiError } from '../base/errors.ts';

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

function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take);
      request.resume();
      reject(apiError('body_too_large', { limit }));
    };
    request.on('data', take);
    request.on('end', () => {
      const [first = Buffer.alloc(0)] = chunks;
      resolve(chunks.length === 1 ? first : Buffer.concat(chunks));
    });
    request.on('error', (error) => reject(apiError('malformed_request', undefined, error)));
  });
}
