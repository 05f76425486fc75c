import { run } from '../../src/cli/run.ts';

export interface RanCommand {
  readonly code: number;
  /** The lines of standard output, joined. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line within this process, without an environment and a terminal. */
export async function runCommand(args: readonly string[]): Promise<RanCommand> {
  const printed: string[] = [];
  const errors: string[] = [];
  const code = await run({
    arguments: args,
    environment: {},
    print: (line) => printed.push(line),
    printError: (line) => errors.push(line),
    input: process.stdin,
    output: process.stdout,
    showProgress: undefined,
    stop: new AbortController().signal,
  });
  return { code, stdout: printed.join('\n'), stderr: errors.join('\n') };
}
