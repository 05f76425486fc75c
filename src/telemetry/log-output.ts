import pino, { type DestinationStream } from 'pino';

/** `pretty` is for reading; `auto` is `pretty` on a terminal and `json` elsewhere. */
export type LogFormat = 'auto' | 'json' | 'pretty';

interface LogOutput {
  readonly stream: DestinationStream;
  /** Resolves when the lines are written, or cannot be written. To be called last. */
  readonly flush: () => Promise<void>;
}

const STANDARD_ERROR = 2;
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const FLUSH_TIMEOUT_MS = 1_000;

/** Opens standard error for a log of the given format. */
export function standardError(format: LogFormat): Promise<LogOutput> {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY);
  return isPretty ? prettyOutput() : jsonOutput();
}

async function prettyOutput(): Promise<LogOutput> {
  // Imported on use: loading it delays the start of every server.
  const { default: pretty } = await import('pino-pretty');
  return {
    stream: pretty({
      destination: STANDARD_ERROR,
      sync: true,
      singleLine: true,
      translateTime: 'SYS:yyyy-mm-dd HH:MM:ss',
      messageFormat: '{msg}{if method} {method} {route} {status} {duration_ms} ms{end}',
      ignore: 'method,route,status,duration_ms,tenant,subject_hash,bytes_in,bytes_out',
    }),
    flush: async () => undefined,
  };
}

type PinoStream = ReturnType<typeof pino.destination>;

async function jsonOutput(): Promise<LogOutput> {
  // Asynchronous, so that no request waits for its line.
  const stream = pino.destination({
    dest: STANDARD_ERROR,
    sync: false,
    // Beyond this, lines that no reader takes are dropped.
    maxLength: MAX_WAITING_BYTES,
  });
  let isWriting = false;
  const written = (): void => {
    isWriting = false;
  };
  stream.on('drain', written);
  // A log that cannot be written must not stop the server.
  stream.on('error', written);
  const flush = async (): Promise<void> => {
    if (isWriting) await settled(stream);
    // Pino would retry the rest for ever when the process ends.
    stream.flushSync = () => undefined;
  };
  const write = (line: string): void => {
    isWriting = true;
    stream.write(line);
  };
  return { stream: { write }, flush };
}

/** Resolves when the stream has written its lines, has failed, or has done neither for too long. */
function settled(stream: PinoStream): Promise<void> {
  return new Promise((resolve) => {
    // Keeps the process alive: a stream that has failed may have no event left to wait for.
    const timeout = setTimeout(resolve, FLUSH_TIMEOUT_MS);
    const flushed = (): void => {
      clearTimeout(timeout);
      resolve();
    };
    stream.once('drain', flushed);
    stream.once('error', flushed);
  });
}
