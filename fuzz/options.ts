import { parseArgs } from 'node:util';
import type { FuzzOptions } from './run.ts';

export const USAGE = `npm run fuzz -- [FLAG ...]

Sends random requests, right and wrong, to a server of this clone, with keys and a policy, and holds every
answer against the served OpenAPI document and against a model in memory. Ends with exit code 1 on a 5xx,
an answer that the document refuses, a dropped connection, a state that differs, or memory that grows.

  --requests COUNT      how many (20000)
  --seed NUMBER         the same seed sends the same requests; a new one each time unless given
  --soak MINUTES        for so long instead
  --database-url URL    of an existing database; tenants of its own are used, and what is written there stays
                        (a fresh SQLite file)
  --memory-growth MB    by how much the server's resident memory may grow behind the warm-up (150)
  --help                this text
`;

export interface CommandLine extends FuzzOptions {
  readonly databaseUrl: string | undefined;
}

export function readOptions(args: readonly string[]): CommandLine {
  const text = { type: 'string' as const };
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: text,
      seed: text,
      soak: text,
      'database-url': text,
      'memory-growth': text,
    },
  });
  return {
    requests: number('requests', values.requests, 20_000),
    seed: number('seed', values.seed, Date.now() % 2 ** 31),
    soakMinutes: number('soak', values.soak, 0),
    memoryGrowth: number('memory-growth', values['memory-growth'], 150),
    databaseUrl: values['database-url'],
  };
}

function number(name: string, given: string | undefined, fallback: number): number {
  const value = given === undefined ? fallback : Number(given);
  if (given !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} is '${given}', which is no number\n\n${USAGE}`);
}
