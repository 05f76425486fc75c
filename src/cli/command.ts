/** Everything that a command receives from the process. */
export interface CommandContext {
  /** Arguments after the name of the command. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error. */
  readonly printError: (line: string) => void;
  readonly input: AsyncIterable<Uint8Array>;
  /** Standard output, for data that is not lines. */
  readonly output: NodeJS.WritableStream;
  /** Replaces the text that it showed last on the terminal; `undefined` without a terminal. */
  readonly showProgress: ((text: string) => void) | undefined;
  /** Aborted when the process receives a signal to stop. */
  readonly stop: AbortSignal;
}

/** One command of the program. */
export interface Command {
  /** Ways to write the command line, one a line. */
  readonly usage: readonly string[];
  readonly summary: string;
  /** Set when the command ends in order by itself after `stop`. Any other command is abandoned at once. */
  readonly drains?: boolean;
  /** Whether the command accepts the settings of a server, and help lists them. */
  readonly takesSettings: boolean;
  run(context: CommandContext): Promise<void>;
}
