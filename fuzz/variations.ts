/** Variations of requests that other clients send, and of which the model predicts the answer too. */

import { ENCODINGS } from './encodings.ts';
import type { Random } from './random.ts';
import type { FuzzRequest, Header } from './requests.ts';

/** Methods that no path has. */
const OTHER_METHODS = ['PUT', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'];

/** Returns the request, often with one variation or several. */
export function varied(random: Random, request: FuzzRequest): FuzzRequest {
  if (random.chance(0.6)) return request;
  const changed = withVariation(random, request);
  return random.chance(0.3) ? withVariation(random, changed) : changed;
}

function withVariation(random: Random, request: FuzzRequest): FuzzRequest {
  const { target } = request;
  const kind = random.weighted({
    base: 3,
    version: 2,
    key: 2,
    slash: 2,
    origin: 1,
    method: 1,
    encoding: request.body === undefined ? 0 : 5,
  });
  switch (kind) {
    case 'base':
      return {
        ...request,
        target: target.replace(/^\/v1(?=\/)/, random.pick(['/openai/v1', '/openai'])),
      };
    case 'version': {
      const version = random.pick(['preview', '2026-01-01', '']);
      return {
        ...request,
        target: `${target}${target.includes('?') ? '&' : '?'}api-version=${version}`,
      };
    }
    case 'key':
      return { ...request, headers: request.headers.map(asAzureKey) };
    case 'slash':
      return { ...request, target: target.replace(/^[^?]*[^?/](?=\?|$)/, '$&/') };
    case 'origin':
      return target.startsWith('/')
        ? { ...request, target: `http://elsewhere.example${target}` }
        : request;
    case 'method':
      return { ...request, method: random.pick(OTHER_METHODS) };
    case 'encoding':
      return encoded(random, request);
  }
}

function asAzureKey([name, value]: Header): Header {
  return name === 'authorization' ? ['api-key', value.replace('Bearer ', '')] : [name, value];
}

/** Compresses the body of a request. */
export function encoded(random: Random, request: FuzzRequest): FuzzRequest {
  const encoding = random.pick(ENCODINGS);
  const headers = request.headers.filter(([name]) => name !== 'content-encoding');
  return { ...request, encoding, headers: [...headers, ['content-encoding', encoding.name]] };
}
