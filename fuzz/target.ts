import { writeFileSync } from 'node:fs';
import { memoryOf } from '../bench/targets.ts';
import { temporaryFolder } from '../test/support/folder.ts';
import { runProcess, startProcess, urlOf } from '../test/support/process.ts';
import { CONFIG, PRINCIPALS } from './principals.ts';

/** A server to send requests to. */
export interface Target extends AsyncDisposable {
  readonly origin: string;
  /** API keys by the names of the principals. */
  readonly keys: Readonly<Record<string, string>>;
  /** Returns the resident memory in MB; NaN when it is unknown. */
  memory(): number;
}

export interface TargetOptions {
  readonly isStrict: boolean;
  /** An existing database; otherwise a new SQLite file. */
  readonly databaseUrl?: string | undefined;
}

/** Starts the program as a process of its own. */
export async function startTarget({ isStrict, databaseUrl }: TargetOptions): Promise<Target> {
  const folder = await temporaryFolder();
  const config = folder.path('colloquy.yaml');
  writeFileSync(config, CONFIG);
  const database = databaseUrl ?? `sqlite:${folder.path('fuzz.db')}`;
  const settings = ['--config', config, '--database-url', database];
  const keys = await createKeys(settings);
  // Errors only, since a line for each request would fill this process's memory.
  const quiet = ['--log-level', 'error', '--metrics', 'on', '--port', '0'];
  // Power cuts are not simulated.
  const quick = ['--sqlite-synchronous', 'normal'];
  // A feed has no end. It has tests of its own.
  const finite = ['--events', 'off'];
  const rules = isStrict ? ['--strict'] : [];
  const server = startProcess(['serve', ...rules, ...quiet, ...quick, ...finite, ...settings]);
  const { origin } = new URL(urlOf(await server.firstLine()));
  return {
    origin,
    keys,
    memory: () => memoryOf(server.child.pid ?? 0),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function createKeys(settings: readonly string[]): Promise<Record<string, string>> {
  // New tenants, so that the run can use a database with other data.
  const run = Date.now().toString(36);
  const keys: Record<string, string> = {};
  for (const { name, tenant, team, isAuditor } of PRINCIPALS) {
    const flags = ['--subject', name, '--tenant', `${tenant}-${run}`];
    if (team !== undefined) flags.push('--team', team);
    if (isAuditor) flags.push('--role', 'auditor');
    const made = await runProcess(['keys', 'create', ...flags, '--json', ...settings]);
    if (made.code !== 0) throw new Error(made.stderr);
    // Sound: what the command prints with --json.
    keys[name] = (JSON.parse(made.stdout) as { key: string }).key;
  }
  return keys;
}
