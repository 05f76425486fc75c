/** Servers to measure, each as a process of its own on a new store. */

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
  /** Returns the resident memory in MB. */
  memory(): number;
  /** Returns the time of a core that the process has taken, in milliseconds. */
  cpuMs(): number;
  /** Returns the bytes of the database's files; 0 for PostgreSQL, which keeps its own. */
  bytesOnDisk(): number;
  stop(): Promise<void>;
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** Built program, started by the file that npm links. */
export const MAIN = path('../bin/colloquy.js');
const FLOORS = { sqlite: path('floor-sqlite.ts'), postgres: path('floor-postgres.ts') };

/** Policy with access to own conversations, and to those that a team shares. */
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

/** Starts a program that prints its base URL. */
export async function startProgram(
  args: readonly string[],
  folder: Folder,
  key: string,
): Promise<Target> {
  // The error below quotes the log.
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
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    bytesOnDisk: () =>
      ['', '-wal'].reduce((sum, suffix) => sum + sizeOf(`${folder.database}${suffix}`), 0),
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** Starts the product as in production: with keys, a policy, checks and full durability. */
export async function startColloquy(
  folder: Folder,
  databaseUrl = `sqlite:${folder.database}`,
  further: readonly string[] = [],
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
  return startProgram(
    [MAIN, 'serve', '--port', '0', ...quiet, ...settings, ...further],
    folder,
    key,
  );
}

/** Starts a target on a new store, which is removed when the target stops. */
export function fresh(start: (folder: Folder) => Promise<Target>): () => Promise<Target> {
  return async () => {
    const folder = newFolder();
    const target = await start(folder);
    return {
      ...target,
      stop: async () => {
        await target.stop();
        removeFolder(folder);
      },
    };
  };
}

export function startFloor(
  kind: keyof typeof FLOORS,
  folder: Folder,
  database = folder.database,
): Promise<Target> {
  return startProgram([FLOORS[kind], database], folder, 'none');
}

export function removeFolder({ path: root }: Folder): void {
  rmSync(root, { recursive: true, force: true });
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Returns the resident memory of a process in MB; NaN on any system except Linux. */
export function memoryOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

const MS_PER_TICK = 10;

/** Returns the time of a core that a process has taken; NaN on any system except Linux. */
function cpuMsOf(pid: number): number {
  try {
    // The name of the program, in parentheses, may have spaces.
    const [, fields = ''] = /\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const [user, system] = fields.split(' ').slice(11, 13);
    return (Number(user) + Number(system)) * MS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}
