import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../../access/authentication/scheme.ts';
import { apiError } from '../../contract/errors/registry.ts';

/** The credentials in a request's headers, and the address it came from. */
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
    // Node would join the two, and the first may have been added by the caller, ahead of the gateway's.
    if (value !== undefined && isRepeated(name, rawHeaders)) {
      throw apiError('repeated_header', { name });
    }
    return utf8(typeof value === 'string' ? value : value?.[0]);
  }
}

/** Decodes UTF-8, which clients send beyond ASCII and Node reads as Latin-1. Other text is returned unchanged. */
function utf8(value: string | undefined): string | undefined {
  if (value === undefined || !/[\u0080-\u00ff]/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** Checks whether a header was sent more than once. `rawHeaders` are names and values in alternation. */
function isRepeated(name: string, rawHeaders: readonly string[]): boolean {
  const lowerCase = name.toLowerCase();
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const other = rawHeaders[index];
    if (other?.length === name.length && other.toLowerCase() === lowerCase) count += 1;
  }
  return count > 1;
}
