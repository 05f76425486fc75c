import { constants, type Stats } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { databaseFiles } from '../../store/sqlite/files.ts';
import { shownBytes } from '../output/wording.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

const PERMISSIONS = 'permissions';
const SPACE = 'space';
/** Approximate size of the log before SQLite folds it into the database. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

const GROUP_READABLE = 0o040;
const GROUP_ENTERABLE = 0o010;
const WORLD_READABLE = 0o004;
const WORLD_ENTERABLE = 0o001;

interface File {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * Checks the files of a SQLite database, unless the database cannot be reached: opening it reports that. Must run
 * before the database is opened, since SQLite, run by root, then gives the log to the owner of the database.
 */
export async function* checkFiles(path: string): AsyncGenerator<Finding> {
  const files = await filesOf(path);
  if (files[0]?.path !== path) return;
  yield await checkPermissions(path, files);
  yield await checkSpace(path, files);
}

/** Checks that this user, and only this user, has access to the files. */
async function checkPermissions(path: string, files: readonly File[]): Promise<Finding> {
  const folder = dirname(resolve(databaseFiles(path).log));
  const unwritable = await firstUnwritable(folder, files);
  if (unwritable !== undefined) {
    return failed(
      PERMISSIONS,
      `this user may not write ${unwritable}, so it could not serve`,
      'Run this as the user that runs the server. If it is this user, make it the owner of the folder and its files.',
    );
  }
  const [database, ...companions] = files;
  const foreign = companions.find(({ stats }) => stats.uid !== database?.stats.uid);
  if (foreign !== undefined) {
    return warning(
      PERMISSIONS,
      `${foreign.path} belongs to another user than ${path}`,
      'Run servers and commands as one user, and make it the owner of all the files.',
    );
  }
  const readers = await furtherReaders(folder, files);
  return readers === undefined
    ? ok(PERMISSIONS, `${files.map((file) => file.path).join(', ')}: this user may write them`)
    : warning(
        PERMISSIONS,
        `${readers} may read ${path}`,
        `chmod go-rwx ${files.map((file) => file.path).join(' ')}`,
      );
}

/** Checks that the volume has room for the log, and for a copy of the database. */
async function checkSpace(path: string, files: readonly File[]): Promise<Finding> {
  const folder = dirname(resolve(databaseFiles(path).log));
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const sizeOf = (wanted: string): number =>
    files.find((file) => file.path === wanted)?.stats.size ?? 0;
  const { database, log } = databaseFiles(path);
  const [size, logSize] = [sizeOf(database), sizeOf(log)];
  const detail = `${shownBytes(free)} free in ${folder}, for a database of ${shownBytes(size)} and a log of ${shownBytes(logSize)}`;
  if (free < LEAST_FREE_BYTES) {
    return failed(SPACE, detail, 'Make room: writes fail when the volume is full.');
  }
  if (free < size + logSize) {
    return warning(
      SPACE,
      detail,
      'Make room: a backup on this volume needs as much again, and so may the log during a long read.',
    );
  }
  return ok(SPACE, detail);
}

/** Returns the existing files of a database. */
async function filesOf(path: string): Promise<readonly File[]> {
  const found = await Promise.all(
    Object.values(databaseFiles(path)).map(async (candidate: string) => ({
      path: candidate,
      stats: await stat(candidate).catch(() => undefined),
    })),
  );
  return found.flatMap(({ path: name, stats }) =>
    stats === undefined ? [] : [{ path: name, stats }],
  );
}

async function firstUnwritable(
  folder: string,
  files: readonly File[],
): Promise<string | undefined> {
  // SQLite creates the log in the folder of the database, so the folder must be writable too.
  for (const path of [folder, ...files.map((file) => file.path)]) {
    const isWritable = await access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable) return path;
  }
  return undefined;
}

/** Names the users, besides the owner, that may read a file and enter all folders above it. */
async function furtherReaders(folder: string, files: readonly File[]): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const bits = files.reduce((all, { stats }) => all | stats.mode, 0);
  let [group, world] = [(bits & GROUP_READABLE) !== 0, (bits & WORLD_READABLE) !== 0];
  for (let above = folder; ; above = dirname(above)) {
    const { mode } = await stat(above);
    world &&= (mode & WORLD_ENTERABLE) !== 0;
    group &&= (mode & (GROUP_ENTERABLE | WORLD_ENTERABLE)) !== 0;
    if (above === dirname(above)) break;
  }
  if (world) return 'every user of this machine';
  return group ? 'the users of its group' : undefined;
}
