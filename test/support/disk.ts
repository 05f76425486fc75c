import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';

/** Whether this user may have mounts of their own. Where not, tests that need them are skipped. */
export const CAN_MOUNT =
  spawnSync('unshare', ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/tmp'])
    .status === 0;

export interface Disk extends AsyncDisposable {
  /** A path that only those have who went in. */
  path(name: string): string;
  /** What to put in front of a command that is to see the disk. */
  readonly enter: readonly string[];
  /** Runs a line of shell in the disk's root folder, and returns what it printed. Throws when it fails. */
  run(line: string): string;
}

/** A disk of a few megabytes, which nobody else sees and which is gone with the test. Needs no rights. */
export async function smallDisk(megabytes: number): Promise<Disk> {
  const folder = await temporaryFolder();
  const root = folder.path('disk');
  await mkdir(root);
  // It reads until its input ends, which it does when the test's process is gone, whatever the reason.
  const script = `mount -t tmpfs -o size=${megabytes}m none "$0" && echo mounted && exec cat`;
  const holder = spawn('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, root], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const own = [`--target=${holder.pid}`, '--user', '--mount', '--preserve-credentials'];
  return {
    path: (name) => join(root, name),
    enter: ['nsenter', ...own],
    // Only a path that is looked up inside leads to the disk.
    run: (line) =>
      execFileSync('nsenter', [...own, 'sh', '-c', `cd ${root} && ${line}`], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await once(holder, 'close');
      await folder[Symbol.asyncDispose]();
    },
  };
}
