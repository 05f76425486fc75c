import type { FastifyRequest } from 'fastify';
import type { Credentials } from '../access/authentication/scheme.ts';
import { apiError } from '../base/errors.ts';

/** What a request brings along to say who it is from. */
export function credentialsOf(request: FastifyRequest): Credentials {
  return {
    address: request.socket.remoteAddress ?? '',
    header: (name) => {
      const value = request.headers[name.toLowerCase()];
      // Two would be joined, and one of them may be the caller's own.
      if (value !== undefined && isRepeated(name, request.raw.rawHeaders)) {
        throw apiError('repeated_header', { name });
      }
      return typeof value === 'string' ? value : value?.[0];
    },
  };
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
