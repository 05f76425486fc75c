import { buildConsole } from '../../../console/build.ts';

/** Builds the console once for the run. */
export async function setup(): Promise<void> {
  await buildConsole({ onlyIfStale: true });
}
