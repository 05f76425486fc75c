/** `npm run fuzz`: random requests to a real server, and a report on standard output. */

import { runCommand } from './command.ts';

process.exitCode = await runCommand(
  process.argv.slice(2),
  (text) => void process.stdout.write(`${text}\n`),
);
