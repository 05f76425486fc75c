import OpenAI from 'openai';
import { createServer, loadConfig } from '../../src/index.ts';
import { inject } from 'vitest';
import { checkedStream } from './checked-stream.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { ResponseValidator, type Document } from './document.ts';

export interface TestServer extends AsyncDisposable {
  /** Base URL with `/v1`. */
  readonly url: string;
  readonly origin: string;
  /** The official client. Every answer to it, and every event, is checked against the served document. */
  readonly client: OpenAI;
  /** Runs `fetch` with the same check; `path` is the URL without the origin. */
  request(
    path: string,
    init?: RequestInit,
  ): Promise<{ status: number; headers: Headers; body: unknown }>;
  /** Errors that the server reported as its own. Closing the server throws unless this is empty. */
  readonly failures: unknown[];
}

/** Creates the database of the suite's kind that is created fastest, for one server alone. */
async function ownDatabase(): Promise<Pick<TestDatabase, 'url'> & AsyncDisposable> {
  return inject('database') === 'sqlite'
    ? { url: 'sqlite::memory:', [Symbol.asyncDispose]: async () => undefined }
    : freshDatabase();
}

/** Starts a server on a real socket, on a database of its own unless the settings name one. */
export async function startServer(...settings: readonly string[]): Promise<TestServer> {
  return startServerWith({}, ...settings);
}

/** Starts a server as `startServer`, with variables. */
export async function startServerWith(
  environment: Readonly<Record<string, string>>,
  ...settings: readonly string[]
): Promise<TestServer> {
  const database = settings.includes('--database-url') ? undefined : await ownDatabase();
  const config = await loadConfig({
    arguments: [
      '--port',
      '0',
      ...(database === undefined ? [] : ['--database-url', database.url]),
      ...settings,
    ],
    environment,
  });
  const failures: unknown[] = [];
  const server = await createServer(config, { onServerError: (error) => failures.push(error) });
  const url = await server.listen();
  const origin = new URL(url).origin;
  const validating = await validatingFetch(origin);
  return {
    url,
    origin,
    failures,
    client: new OpenAI({ baseURL: url, apiKey: 'any', fetch: validating, maxRetries: 0 }),
    request: async (path, init) => {
      const response = await validating(`${origin}${path}`, init);
      const { status, headers } = response;
      if (isStreamed(response)) {
        // A stream may have no end.
        await response.body?.cancel();
        return { status, headers, body: undefined };
      }
      const body: unknown = isJsonLines(response) ? await response.text() : await response.json();
      return { status, headers, body };
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await database?.[Symbol.asyncDispose]();
      if (failures.length > 0) throw new AggregateError(failures, 'the server failed');
    },
  };
}

/** Checks for an archive, of which the document describes no more than that it is text. */
function isJsonLines({ headers }: Response): boolean {
  return headers.get('content-type') === 'application/jsonl';
}

async function validatingFetch(origin: string): Promise<typeof fetch> {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
  const validator = new ResponseValidator(document);
  return async (input, init) => {
    const response = await fetch(input, init);
    const { pathname, searchParams } = new URL(input instanceof Request ? input.url : input);
    const method = init?.method ?? 'GET';
    if (isStreamed(response)) {
      const after = searchParams.get('starting_after');
      return checkedStream(
        response,
        (event) => validator.assertEvent(method, pathname, event),
        after === null ? undefined : Number(after),
      );
    }
    if (isJsonLines(response)) return response;
    const body: unknown = await response.clone().json();
    validator.assert(method, pathname, response.status, body);
    return response;
  };
}

function isStreamed({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}
