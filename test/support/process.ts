import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Where processes keep the compiled program: without it, each spends half a second of a core on compiling. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

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
  /** Resolves with standard error when it matches; rejects when the process ends before. */
  errorText(pattern: RegExp): Promise<string>;
  finished(): Promise<Finished>;
}

export interface ProcessOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files for standard input and output. */
  readonly input?: string;
  readonly output?: string;
  /** A command that runs the program given as its last arguments, such as `nsenter`. */
  readonly through?: readonly string[];
  /** The id of another user to run as, which only root may do. */
  readonly user?: number | undefined;
}

/** Starts the program as a process with an environment of its own. */
export function startProcess(
  args: readonly string[],
  { through = [], ...options }: ProcessOptions = {},
): RunningProcess {
  return startCommand([...through, process.execPath, MAIN, ...args], options);
}

/** Starts a command in an environment of its own. */
export function startCommand(
  [program = '', ...args]: readonly string[],
  { cwd, environment, input, output, user }: Omit<ProcessOptions, 'through'> = {},
): RunningProcess {
  const stdin = input === undefined ? undefined : openSync(input, 'r');
  const stdout = output === undefined ? undefined : openSync(output, 'w');
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILED, ...environment },
    ...(user !== undefined && { uid: user, gid: user }),
    stdio: [stdin ?? 'ignore', stdout ?? 'pipe', 'pipe'],
  });
  for (const file of [stdin, stdout]) if (file !== undefined) closeSync(file);
  const exit = once(child, 'close');
  let printed = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = async (): Promise<Finished> => {
    await exit;
    return { code: child.exitCode, signal: child.signalCode, stdout: printed, stderr };
  };
  return {
    child,
    finished,
    firstLine: async () => {
      if (child.stdout === null) throw new Error('the output of the process goes to a file');
      while (!printed.includes('\n')) {
        const ended = await Promise.race([once(child.stdout, 'data'), exit.then(() => 'ended')]);
        if (ended === 'ended' && !printed.includes('\n'))
          throw new Error(`the process ended: ${stderr}`);
      }
      return printed.slice(0, printed.indexOf('\n'));
    },
    errorText: async (pattern) => {
      while (!pattern.test(stderr)) {
        if (child.stderr === null) throw new Error('the process has no standard error');
        const ended = await Promise.race([once(child.stderr, 'data'), exit.then(() => 'ended')]);
        if (ended === 'ended' && !pattern.test(stderr))
          throw new Error(`the process ended: ${stderr}`);
      }
      return stderr;
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
  options: ProcessOptions = {},
): Promise<Finished> {
  await using running = startProcess(args, options);
  return await running.finished();
}

/** Returns the URL in the line that a server prints when it is ready. */
export function urlOf(line: string): string {
  const url = /http:\/\/\S+\/v1/.exec(line)?.[0];
  if (url === undefined) throw new Error(`no URL in ${line}`);
  return url;
}
