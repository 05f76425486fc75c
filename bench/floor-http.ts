/** Bare `node:http` for the floors: no framework, no checks, no access control. */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';

export interface FloorItem {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

export interface FloorStore {
  create(id: string, createdAt: number, items: readonly FloorItem[]): Promise<void>;
  append(id: string, createdAt: number, items: readonly FloorItem[]): Promise<void>;
  /** Returns the JSON of a conversation. */
  get(id: string): Promise<string>;
  /** Returns up to `limit` items, the newest first. */
  list(id: string, limit: number): Promise<readonly FloorItem[]>;
  item(id: string, itemId: string): Promise<string>;
  conversations(limit: number): Promise<readonly { readonly id: string; readonly json: string }[]>;
}

let counter = 0;

/** Returns an id that ascends with time, as an index on ids needs it. */
export function newId(prefix: string): string {
  counter = (counter + 1) % 0x1_0000;
  const time = Date.now().toString(16).padStart(12, '0');
  return `${prefix}_${time}${counter.toString(16).padStart(4, '0')}${randomUUID().replaceAll('-', '')}`;
}

export function conversationJson(id: string, createdAt: number, metadata: string): string {
  return `{"id":"${id}","object":"conversation","created_at":${Math.floor(createdAt / 1000)},"metadata":${metadata}}`;
}

function listJson(ids: readonly string[], jsons: readonly string[], limit: number): string {
  const page = jsons.slice(0, limit);
  return `{"object":"list","data":[${page.join(',')}],"first_id":"${ids[0]}","has_more":${jsons.length > limit},"last_id":"${ids[page.length - 1]}"}`;
}

function toItems(body: string): readonly FloorItem[] {
  // Sound: the load generator sends nothing else.
  const { items = [] } = JSON.parse(body) as { items?: readonly Record<string, unknown>[] };
  return items.map((item) => {
    const id = newId('msg');
    return { id, type: 'message', data: JSON.stringify({ id, status: 'completed', ...item }) };
  });
}

async function answer(
  store: FloorStore,
  method: string,
  url: string,
  body: string,
): Promise<string> {
  const [path = '', query = ''] = url.split('?');
  const [, , , id = '', items, itemId] = path.split('/');
  const limit = Number(query.slice('limit='.length)) || 20;
  const now = Date.now();
  if (method === 'POST') {
    const posted = toItems(body);
    if (items === undefined) {
      const made = newId('conv');
      await store.create(made, now, posted);
      return conversationJson(made, now, '{}');
    }
    await store.append(id, now, posted);
    return listJson(
      posted.map((item) => item.id),
      posted.map(({ data }) => data),
      posted.length,
    );
  }
  if (itemId !== undefined) return store.item(id, itemId);
  if (items !== undefined) {
    const found = await store.list(id, limit + 1);
    return listJson(
      found.map((item) => item.id),
      found.map(({ data }) => data),
      limit,
    );
  }
  if (id !== '') return store.get(id);
  const found = await store.conversations(limit + 1);
  return listJson(
    found.map((one) => one.id),
    found.map(({ json }) => json),
    limit,
  );
}

/** Listens on a free port and prints the base URL. */
export function serve(store: FloorStore): void {
  const handle = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    answer(store, request.method ?? '', request.url ?? '', body).then(
      (json) => {
        const length = String(Buffer.byteLength(json));
        response.writeHead(200, ['content-type', 'application/json', 'content-length', length]);
        // Like the product: answers to all reads of one pass of the event loop are sent together.
        if (request.method === 'GET') setImmediate(() => response.end(json));
        else response.end(json);
      },
      (error: unknown) => {
        response.writeHead(500, { 'content-length': 0 }).end();
        process.stderr.write(`${String(error)}\n`);
      },
    );
  };
  const server = createServer({ optimizeEmptyRequests: true }, (request, response) => {
    if (request.method === 'GET') return handle(request, response, '');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [first] = chunks;
      const whole = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
      handle(request, response, whole.toString('utf8'));
    });
  });
  listen(server);
}
