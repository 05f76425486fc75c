import { writeFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { runCommand } from './command.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { temporaryFolder, type Folder } from './folder.ts';
import { startServer, type TestServer } from './server.ts';

export interface AccessServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly folder: Folder;
  readonly database: TestDatabase;
  /** Runs a command line on the server's database and returns its output. Throws an error with the lines of a refusal. */
  command(...args: readonly string[]): Promise<string>;
  /** Creates an API key with the command line and returns the key. */
  key(subject: string, ...more: readonly string[]): Promise<string>;
  /** Sends a request with a bearer token and a JSON body. */
  call(
    token: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly id: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly data: readonly { readonly id: string }[];
    readonly output: readonly { readonly id: string }[];
    readonly has_more: boolean;
    readonly error: {
      readonly message: string;
      readonly code: string | null;
      readonly type: string;
    };
  };
}

export const CONVERSATIONS = '/v1/conversations';

/** Returns the path of a conversation. */
export function pathOf(conversationId: string): string {
  return `${CONVERSATIONS}/${conversationId}`;
}

/** Returns a config file with API keys and these rules of a policy, of which the first is in line 4. */
export function keysWithPolicy(...rules: readonly string[]): string {
  const lines = rules.map((rule) => `    - ${rule}`);
  return ['auth:', '  schemes: [keys]', '  access_policy:', ...lines, ''].join('\n');
}

/** Creates a conversation with a token and returns its id. */
export async function createConversation(
  access: AccessServer,
  token: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { status, body } = await access.call(token, 'POST', CONVERSATIONS, { metadata });
  expect(status, 'the token must be allowed to create a conversation').toBe(200);
  return body.id;
}

/** Lists conversations with a token and returns their ids. */
export async function listIds(access: AccessServer, token: string, query = ''): Promise<string[]> {
  const { status, body } = await access.call(token, 'GET', `${CONVERSATIONS}${query}`);
  expect(status, 'the token must be allowed to list conversations').toBe(200);
  return body.data.map(({ id }) => id);
}

/** Starts a server with authentication and a config file of its own. */
export async function startAccessServer(
  yaml = 'auth: { schemes: [keys] }\n',
  ...settings: readonly string[]
): Promise<AccessServer> {
  // The stack removes the folder and the database when the server refuses to start.
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const database = stack.use(await freshDatabase());
  const config = folder.path('colloquy.yaml');
  await writeFile(config, yaml);
  const shared = ['--config', config, '--database-url', database.url];
  const server = stack.use(await startServer(...shared, ...settings));
  const command = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand([...args, ...shared]);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const owned = stack.move();
  return {
    server,
    folder,
    database,
    command,
    key: async (subject, ...more) => {
      const printed = await command('keys', 'create', '--subject', subject, ...more, '--json');
      return (JSON.parse(printed) as { key: string }).key;
    },
    call: async (token, method, path, body, headers) => {
      const answer = await server.request(path, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // Sound: the fields that tests read; the whole answer was checked against the document.
      return answer as Answer;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
