import { readOptions, USAGE } from './options.ts';
import { summary } from './report.ts';
import { fuzz } from './run.ts';
import { startTarget } from './target.ts';
import { UntaughtError } from './taught/assert-taught.ts';

/** Runs `npm run fuzz` and returns its exit code. */
export async function runCommand(
  args: readonly string[],
  print: (text: string) => void,
  start: typeof startTarget = startTarget,
): Promise<number> {
  if (args.includes('--help')) {
    print(USAGE);
    return 0;
  }
  const options = readOptions(args);
  print(`seed ${options.seed}`);
  await using target = await start(options);
  try {
    const report = await fuzz(target, options);
    print(summary(report, options.databaseUrl));
    return report.failure === undefined ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UntaughtError)) throw error;
    print(`The served document and the fuzzer differ:\n${error.message}`);
    return 1;
  }
}
