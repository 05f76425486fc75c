/** What a command gets from the process, and nothing else of it. */
export interface CommandContext {
  /** What stands behind the command's name. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error. */
  readonly printError: (line: string) => void;
  readonly input: AsyncIterable<Uint8Array>;
  /** Standard output, for what is more than lines. */
  readonly output: NodeJS.WritableStream;
  /** Shows a text in place of the last one, on a terminal; undefined where there is none. */
  readonly showProgress: ((text: string) => void) | undefined;
  /** Aborted when the process is asked to stop. */
  readonly stop: AbortSignal;
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** Whether it ends by itself, in order, when it is asked to stop; others are dropped where they are. */
  readonly drains?: boolean;
  /** Whether the settings of a server apply to it, and help lists them. */
  readonly takesSettings: boolean;
  run(context: CommandContext): Promise<void>;
}
