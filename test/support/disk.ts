import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';

/** True when the user can mount a disk in a namespace. Tests that need a disk are skipped otherwise. */
export const CAN_MOUNT =
  spawnSync('unshare', ['--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'none', '/tmp'])
    .status === 0;

export interface Disk extends AsyncDisposable {
  /** Returns a path on the disk, which only commands inside the namespace can open. */
  path(name: string): string;
  /** Words before a command that make it run inside the namespace. */
  readonly enter: readonly string[];
  /** Runs a line of shell in the disk's root folder and returns its output. Throws when it fails. */
  run(line: string): string;
}

/** Mounts a disk of a few megabytes in a namespace of its own, until the test ends. Needs no rights. */
export async function smallDisk(megabytes: number): Promise<Disk> {
  const folder = await temporaryFolder();
  const root = folder.path('disk');
  await mkdir(root);
  // The holder ends with its input, and so with the process of the test, even after a crash.
  const script = `mount -t tmpfs -o size=${megabytes}m none "$0" && echo mounted && exec cat`;
  const holder = spawn('unshare', ['--map-root-user', '--mount', 'sh', '-c', script, root], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const own = [`--target=${holder.pid}`, '--user', '--mount', '--preserve-credentials'];
  return {
    path: (name) => join(root, name),
    enter: ['nsenter', ...own],
    // Only a path that is resolved inside the namespace leads to the disk.
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
