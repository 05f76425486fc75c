/** Process of the program: arguments, environment, signals and exit code. */

import { run } from './cli/run.ts';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second signal does not wait for requests in progress.
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  });
}

// A closed output must not stop the server.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const code = await run({
  arguments: process.argv.slice(2),
  environment: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  printError: (line) => process.stderr.write(`${line}\n`),
  input: process.stdin,
  output: process.stdout,
  showProgress: process.stderr.isTTY
    ? (text) => process.stderr.write(`\r\u001b[K${text}`)
    : undefined,
  stop: stop.signal,
});

process.exitCode = code;
// A command that was abandoned may still be running.
if (stop.signal.aborted && code !== 0) process.exit();
