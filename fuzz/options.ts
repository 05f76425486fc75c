import { parseArgs } from 'node:util';
import type { FuzzOptions } from './run.ts';

export const USAGE = `npm run fuzz -- [FLAG ...]

Sends random requests, valid and invalid, to a server of this clone, with keys and a policy. Holds every
answer against the served OpenAPI document and against a model in memory. Ends with exit code 1 on a 5xx,
an answer that the document does not allow, a dropped connection, a state that differs, memory that grows,
or an operation or a parameter that the fuzzer was not taught.

  --requests COUNT      number of requests (20000)
  --seed NUMBER         the same seed sends the same requests (random)
  --strict              runs the server with --strict, which refuses what OpenAI's service refuses
  --soak MINUTES        duration of the run, instead of a number of requests
  --database-url URL    an existing database; the run uses new tenants there and leaves its data
                        (a new SQLite file)
  --memory-growth MB    growth of the server's resident memory after the warm-up that is allowed (150)
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
      strict: { type: 'boolean' },
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
    isStrict: values.strict ?? false,
    databaseUrl: values['database-url'],
  };
}

function number(name: string, given: string | undefined, fallback: number): number {
  const value = given === undefined ? fallback : Number(given);
  if (given !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} is '${given}', which is not a number\n\n${USAGE}`);
}
