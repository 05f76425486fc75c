/** Changes to paths, queries, headers and methods of requests. */

import { mutateBytes, mutateValue } from './json-mutations.ts';
import { oddNumber, oddString } from './odd-values.ts';
import type { Random } from './random.ts';
import { encoded } from './variations.ts';
import { render, type Draft, type FuzzRequest, type Header } from './requests.ts';

/** Returns a request with one to three changes. */
export function mutated(random: Random, draft: Draft): FuzzRequest {
  let changed = draft;
  const body = draft.body === undefined ? 0 : 6;
  if (random.chance(0.7)) {
    const what = random.weighted({ path: 2, query: 2, body });
    if (what === 'path') changed = withOddPath(random, changed);
    if (what === 'query') changed = withOddQuery(random, changed);
    if (what === 'body') changed = { ...changed, body: mutateValue(random, changed.body) };
  }
  let request = render(changed, false);
  if (changed === draft || random.chance(0.2)) request = withOddBytes(random, request);
  return random.chance(0.1) ? withOddBytes(random, request) : request;
}

function withOddPath(random: Random, draft: Draft): Draft {
  const name = random.pick(['conversation_id', 'item_id', 'response_id', 'model_id']);
  const id = draft.path[name] ?? '';
  const odd = random.pick([
    oddString(random),
    id.toUpperCase(),
    id.slice(0, random.below(id.length + 1)),
    `${id} `,
    `${id}\u0000`,
    `${id}/items`,
    `${id}x`,
    id.repeat(20),
    draft.path['item_id'] ?? '',
  ]);
  return { ...draft, path: { ...draft.path, [name]: odd } };
}

function withOddQuery(random: Random, draft: Draft): Draft {
  const { query } = draft;
  const names = ['limit', 'order', 'after', 'before', 'include[]', 'include', 'metadata[topic]'];
  const values = ['', '0', '-1', '101', '1e2', '007', ' 1', 'desc', 'ASC', 'conv_never', 'msg_a'];
  const digits = [
    '9223372036854775807',
    '-99999999999999999999',
    '9'.repeat(400),
    '9007199254740993',
  ];
  const value = random.chance(0.3)
    ? String(random.chance(0.5) ? oddNumber(random) : oddString(random))
    : random.pick([...values, ...digits]);
  const pair: readonly [string, string] = [
    random.chance(0.2) ? oddString(random) : random.pick([...names, 'include[0]', 'created_after']),
    value,
  ];
  const [first] = query;
  if (first === undefined || random.chance(0.6)) return { ...draft, query: [...query, pair] };
  return { ...draft, query: random.chance(0.5) ? [...query, first] : [[first[0], value]] };
}

function withOddBytes(random: Random, request: FuzzRequest): FuzzRequest {
  const { body } = request;
  const kind = random.weighted({
    body: body === undefined ? 0 : 4,
    header: 2,
    authorization: 1,
    method: 1,
    target: 2,
    chunked: body === undefined ? 0 : 0.7,
    encoding: body === undefined ? 0 : 0.7,
  });
  switch (kind) {
    case 'body':
      return { ...request, body: mutateBytes(random, body ?? Buffer.alloc(0)) };
    case 'header':
      return withHeader(request, random.pick(HEADERS));
    case 'authorization':
      return withOddAuthorization(random, request);
    case 'method':
      // A target that is too long is answered with a body before its method is read, which HEAD must not have.
      return { ...request, method: request.target.length > LONG ? 'PUT' : random.pick(METHODS) };
    case 'target':
      return { ...request, target: oddTarget(random, request.target) };
    case 'chunked':
      return { ...request, isChunked: true };
    case 'encoding':
      return encoded(random, request);
  }
}

const LONG = 8_000;
const METHODS = ['HEAD', 'PUT', 'PATCH', 'OPTIONS', 'TRACE', 'GET', 'POST', 'DELETE', 'PROPFIND'];
const HEADERS: readonly Header[] = [
  ['content-type', 'text/plain'],
  ['content-type', ''],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', 'Application/JSON ; x="y'],
  ['content-type', 'application/jsonp'],
  ['content-type', 'multipart/form-data; boundary=x'],
  ['content-encoding', 'gzip'],
  ['content-encoding', 'identity'],
  ['content-encoding', 'zstd'],
  ['content-encoding', 'gzip, br'],
  ['api-key', 'wrong'],
  ['accept', 'text/html'],
  ['accept-encoding', 'br, gzip'],
  ['expect', '100-continue'],
  ['expect', 'the unexpected'],
  ['x-request-id', 'own-id'],
  ['x-request-id', 'ÿ \t<script>'],
  ['x-request-id', 'x'.repeat(500)],
  ['origin', 'https://evil.example'],
  ['host', 'evil.example'],
  ['host', ''],
  ['host', '[::1'],
  ['connection', 'close'],
  ['connection', 'upgrade'],
  ['upgrade', 'websocket'],
  ['traceparent', '00-zz-zz-01'],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['if-none-match', '*'],
  ['range', 'bytes=0-1'],
  ['x-http-method-override', 'DELETE'],
  ['x-colloquy-subject', 'alice'],
  ['x-ms-user-isolation-key', 'alice'],
  ['x-odd', 'ÿ'.repeat(1_000)],
  ['cookie', 'a=b; '.repeat(500)],
];

/** Adds a header, or replaces the header of the same name. */
function withHeader(request: FuzzRequest, header: Header): FuzzRequest {
  const rest = request.headers.filter(([name]) => name !== header[0]);
  return { ...request, headers: [...rest, header] };
}

function withOddAuthorization(random: Random, request: FuzzRequest): FuzzRequest {
  const bare = request.headers.filter(([name]) => name !== 'authorization');
  const key = `{${request.caller?.name ?? 'alice'}}`;
  if (request.caller !== undefined && random.chance(0.2)) {
    // The scheme may be written in any case, so the caller stays the same.
    const other = random.pick([`bearer ${key}`, `BEARER  ${key}`, `Bearer ${key} `]);
    return withHeader({ ...request, headers: bare }, ['authorization', other]);
  }
  const values = random.pick([
    [],
    [''],
    ['Bearer'],
    ['Bearer wrong'],
    [`Bearer ${key}x`],
    [`Bearer ${key}, Bearer ${key}`],
    [`Bearer ${key}`, `Bearer {bob}`],
    [`Basic ÿÿÿ`],
    [`Bearer ${'x'.repeat(5_000)}`],
    ['Bearer sk-\u00ff'],
  ]);
  const added = values.map((value): Header => ['authorization', value]);
  return { ...request, caller: undefined, headers: [...bare, ...added] };
}

function oddTarget(random: Random, target: string): string {
  const [path = '', query] = target.split('?');
  const tail = query === undefined ? '' : `?${query}`;
  return random.pick([
    `${path}/${tail}`,
    `/${target}`,
    path.replace('/v1', '/V1') + tail,
    path.replace('/v1', '/openai') + tail,
    path.replace('/v1', '/openai/v2') + tail,
    path.replace('/v1', '/%6fpenai') + tail,
    `/openai${target}`,
    `/v1${target}`,
    `${path}//${tail}`,
    `${path}?api-version=1&api-version=2`,
    `${path}?limit=&order=&after=&include=&include[]=`,
    `${path}?limit=&limit=2`,
    path.replace('conversations', '%63onversations') + tail,
    `${path}%${tail}`,
    `${path}%zz${tail}`,
    `${path}%ff${tail}`,
    `${path};a=b${tail}`,
    `${path}?`,
    `${path}?&&=&`,
    `${path}?limit=%`,
    `${path}?order=%ff`,
    `${path}?limit=1&limit=2`,
    `${path}?metadata[a]=1&metadata[a]=2`,
    `${path}?metadata=x`,
    `${path}?${'a=1&'.repeat(200)}`,
    `${path}?include[99999]=x`,
    `${path}?__proto__=1&constructor=2`,
    `${path}#fragment`,
    `/v1/../v1${path.slice(3)}${tail}`,
    `http://elsewhere.example${target}`,
    '*',
    '/',
    '/v1',
    '//',
    path.replace('items', 'item') + tail,
    `/v1/conversations/${'x'.repeat(8_000)}`,
  ]);
}
