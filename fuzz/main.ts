/** `npm run fuzz`: random requests to a real server, and a summary on standard output. */

import { readOptions, USAGE } from './options.ts';
import { summary } from './report.ts';
import { fuzz } from './run.ts';
import { startTarget } from './target.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  print(`seed ${options.seed}`);
  await using target = await startTarget(options.databaseUrl);
  const report = await fuzz(target, options);
  print(summary(report, options.databaseUrl));
  return report.failure === undefined ? 0 : 1;
}

if (process.argv.includes('--help')) print(USAGE);
else process.exitCode = await run(process.argv.slice(2));
