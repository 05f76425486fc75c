import OpenAI from 'openai';
import { startProcess, urlOf, type ProcessOptions, type RunningProcess } from './process.ts';

export interface ServingProcess extends RunningProcess {
  readonly client: OpenAI;
  /** Returns the statuses of `/health` and `/ready`. */
  vitals(): Promise<readonly number[]>;
}

/** Starts the program on a database, given as a file or a URL, and a client that never retries. */
export async function serve(
  database: string,
  options: ProcessOptions = {},
  ...settings: readonly string[]
): Promise<ServingProcess> {
  const databaseUrl = database.includes('://') ? database : `sqlite:${database}`;
  const args = ['serve', '--port', '0', '--database-url', databaseUrl, ...settings];
  const running = startProcess(args, options);
  const url = urlOf(await running.firstLine());
  return {
    ...running,
    client: new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 }),
    vitals: () =>
      Promise.all(
        ['/health', '/ready'].map(async (route) => {
          const response = await fetch(url.replace('/v1', route));
          await response.body?.cancel();
          return response.status;
        }),
      ),
  };
}

/** Ends a server with SIGTERM and returns its exit code. */
export async function stop(server: RunningProcess): Promise<number | null> {
  server.child.kill('SIGTERM');
  return (await server.finished()).code;
}
