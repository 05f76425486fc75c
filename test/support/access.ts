import { writeFile } from 'node:fs/promises';
import { run } from '../../src/cli/run.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { temporaryFolder, type Folder } from './folder.ts';
import { startServer, type TestServer } from './server.ts';

export interface AccessServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly folder: Folder;
  readonly database: TestDatabase;
  /** Runs a command line on the server's database, and returns what it printed. Throws what it refused with. */
  command(...args: readonly string[]): Promise<string>;
  /** Makes an API key with the command line and returns it. */
  key(subject: string, ...more: readonly string[]): Promise<string>;
  /** One request with a bearer token and JSON. */
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
    readonly has_more: boolean;
    readonly error: {
      readonly message: string;
      readonly code: string | null;
      readonly type: string;
    };
  };
}

/** A server with authentication and a config file of its own. */
export async function startAccessServer(
  yaml = 'auth: { schemes: [keys] }\n',
  ...settings: readonly string[]
): Promise<AccessServer> {
  // A server that is refused leaves nothing behind.
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const database = stack.use(await freshDatabase());
  const config = folder.path('colloquy.yaml');
  await writeFile(config, yaml);
  const shared = ['--config', config, '--database-url', database.url];
  const server = stack.use(await startServer(...shared, ...settings));
  const command = async (...args: readonly string[]): Promise<string> => {
    const printed: string[] = [];
    const errors: string[] = [];
    const code = await run({
      arguments: [...args, ...shared],
      environment: {},
      print: (line) => printed.push(line),
      printError: (line) => errors.push(line),
      input: process.stdin,
      output: process.stdout,
      showProgress: undefined,
      stop: new AbortController().signal,
    });
    if (code !== 0) throw new Error(errors.join('\n'));
    return printed.join('\n');
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
      // Sound: the parts that tests look at; the document has been held against the whole.
      return answer as Answer;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
