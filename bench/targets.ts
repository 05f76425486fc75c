/** Servers to measure, each a process of its own on a fresh store. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Target {
  readonly url: string;
  readonly key: string;
  /** Resident memory in MB. */
  memory(): number;
  /** Bytes of the database's files, where it has any of its own. */
  bytesOnDisk(): number;
  stop(): Promise<void>;
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** As it is installed: built, and started by what npm links. */
export const MAIN = path('../bin/colloquy.js');
const FLOORS = { sqlite: path('floor-sqlite.ts'), postgres: path('floor-postgres.ts') };

/** Everybody's own conversations, and those that they share with a team. */
const POLICY = `
auth:
  schemes: [keys]
  access_policy:
    - permit: { actions: [create, read, update, delete] }
      when: user is owner
    - permit: { actions: [read] }
      when: user in owners teams
`;

export interface Folder {
  readonly path: string;
  readonly database: string;
}

export function newFolder(): Folder {
  const root = mkdtempSync(join(tmpdir(), 'colloquy-bench-'));
  return { path: root, database: join(root, 'bench.db') };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  while (!text.includes('\n')) {
    await Promise.race([
      once(child.stdout ?? child, 'data'),
      once(child, 'exit').then(() =>
        Promise.reject(new Error('the server ended before it served')),
      ),
    ]);
  }
  return text;
}

async function start(args: readonly string[], folder: Folder, key: string): Promise<Target> {
  // What goes wrong is in the log, which the error below quotes.
  const log = join(folder.path, 'server.log');
  const file = openSync(log, 'a');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', file] });
  closeSync(file);
  const line = await firstLine(child).catch((error: unknown) => {
    throw new Error(readFileSync(log, 'utf8'), { cause: error });
  });
  const url = /http:\/\/\S+\/v1/.exec(line)?.[0] ?? '';
  return {
    url,
    key,
    memory: () => memoryOf(child.pid ?? 0),
    bytesOnDisk: () =>
      ['', '-wal'].reduce((sum, suffix) => sum + sizeOf(`${folder.database}${suffix}`), 0),
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** As it is used: keys, a policy, checks, full durability. */
export async function startColloquy(
  folder: Folder,
  databaseUrl = `sqlite:${folder.database}`,
): Promise<Target> {
  const config = join(folder.path, 'colloquy.yaml');
  writeFileSync(config, POLICY);
  const settings = ['--config', config, '--database-url', databaseUrl];
  const creating = spawn(
    process.execPath,
    [MAIN, 'keys', 'create', '--subject', 'bench', '--team', 'a', '--json', ...settings],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // Sound: what the command prints with --json.
  const { key } = JSON.parse(await firstLine(creating)) as { key: string };
  const quiet = ['--log-level', 'warn'];
  return start([MAIN, 'serve', '--port', '0', ...quiet, ...settings], folder, key);
}

export function startFloor(
  kind: keyof typeof FLOORS,
  folder: Folder,
  database = folder.database,
): Promise<Target> {
  return start([FLOORS[kind], database], folder, 'none');
}

export function removeFolder({ path: root }: Folder): void {
  rmSync(root, { recursive: true, force: true });
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Resident memory of a process in MB. Linux alone tells; elsewhere NaN. */
export function memoryOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
