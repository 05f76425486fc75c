import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../../access/authentication/scheme.ts';
import { apiError } from '../../contract/errors/registry.ts';

/** What a request brings along to say who it is from. */
export class RequestCredentials implements Credentials {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  get address(): string {
    return this.#request.socket.remoteAddress ?? '';
  }

  header(name: string): string | undefined {
    const { headers, rawHeaders } = this.#request;
    const value = headers[name.toLowerCase()];
    // Two would be joined, and one of them may be the caller's own.
    if (value !== undefined && isRepeated(name, rawHeaders)) {
      throw apiError('repeated_header', { name });
    }
    return utf8(typeof value === 'string' ? value : value?.[0]);
  }
}

/** Node reads headers as Latin-1; who sends more than ASCII writes UTF-8. What is not UTF-8 stays as it is. */
function utf8(value: string | undefined): string | undefined {
  if (value === undefined || !/[\u0080-\u00ff]/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** `rawHeaders` are names and values by turns, as they came. */
function isRepeated(name: string, rawHeaders: readonly string[]): boolean {
  const lowerCase = name.toLowerCase();
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const other = rawHeaders[index];
    if (other?.length === name.length && other.toLowerCase() === lowerCase) count += 1;
  }
  return count > 1;
}
