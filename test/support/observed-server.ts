import OpenAI from 'openai';
import { expect } from 'vitest';
import { createServer, loadConfig } from '../../src/index.ts';
import { startModelServer, type ScriptedModelServer } from './model-server.ts';

export type Line = Readonly<Record<string, unknown>>;

/** A server with a scripted model server, whose log and metrics a test reads. */
export interface ObservedServer extends AsyncDisposable {
  readonly url: string;
  readonly client: OpenAI;
  readonly model: ScriptedModelServer;
  /** All lines of the log. */
  readonly lines: readonly Line[];
  /** Resolves with the lines about requests to make responses, when there are so many of them. */
  turnLines(count?: number): Promise<readonly Line[]>;
  /** Returns a metric by its name with labels; `undefined` when there is none. */
  sample(name: string): Promise<number | undefined>;
  /** Returns the metrics in Prometheus's format. */
  metrics(): Promise<string>;
}

/** Starts a server whose model server is named `default`, unless a config file names others. */
export async function startObservedServer(...settings: readonly string[]): Promise<ObservedServer> {
  const model = await startModelServer();
  const lines: Line[] = [];
  const common = ['--port', '0', '--database-url', 'sqlite::memory:', '--model-url', model.url];
  const config = await loadConfig({
    // The last value of a repeated setting counts.
    arguments: [...common, ...settings],
    environment: {},
  });
  const log = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  const server = await createServer(config, { log });
  const url = await server.listen();
  const metrics = async () => (await fetch(url.replace('/v1', '/metrics'))).text();
  return {
    url,
    client: new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 }),
    model,
    lines,
    turnLines: async (count = 1) => {
      const found = () =>
        lines.filter(
          ({ route, msg }) => route === '/v1/responses' && String(msg).endsWith('request'),
        );
      await expect.poll(found).toHaveLength(count);
      return found();
    },
    sample: async (name) => sampleOf(await metrics(), name),
    metrics,
    [Symbol.asyncDispose]: async () => {
      // First, so that no turn is left to wait for.
      await model[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

/** Returns a metric by its name with labels, from a text in Prometheus's format. */
function sampleOf(text: string, name: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}
