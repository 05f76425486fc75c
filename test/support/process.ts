import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves with the first line of standard output; rejects when the process ends before. */
  firstLine(): Promise<string>;
  finished(): Promise<Finished>;
}

/** The real program as a process of its own, in an environment of its own. */
export function startProcess(
  args: readonly string[],
  options: { cwd?: string; environment?: Record<string, string> } = {},
): RunningProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'close');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = async (): Promise<Finished> => {
    await exit;
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
  };
  return {
    child,
    finished,
    firstLine: async () => {
      while (!stdout.includes('\n')) {
        const ended = await Promise.race([once(child.stdout, 'data'), exit.then(() => 'ended')]);
        if (ended === 'ended' && !stdout.includes('\n')) throw new Error(`it ended: ${stderr}`);
      }
      return stdout.slice(0, stdout.indexOf('\n'));
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Runs the program to its end. */
export async function runProcess(
  args: readonly string[],
  options: { cwd?: string; environment?: Record<string, string> } = {},
): Promise<Finished> {
  await using running = startProcess(args, options);
  return await running.finished();
}

/** The URL in the line that a server prints when it is ready. */
export function urlOf(line: string): string {
  const url = /http:\/\/\S+\/v1/.exec(line)?.[0];
  if (url === undefined) throw new Error(`no URL in ${line}`);
  return url;
}
