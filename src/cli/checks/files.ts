import { constants, type Stats } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { databaseFiles } from '../../store/sqlite/files.ts';
import { shownBytes } from '../output/wording.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

const PERMISSIONS = 'permissions';
const SPACE = 'space';
/** About what the log takes before it is folded into the database. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

const GROUP_READS = 0o040;
const GROUP_ENTERS = 0o010;
const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

interface File {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * The files of a SQLite database, as far as they can be reached; whether they can is for whoever opens it to say.
 * To be looked at before: run by root, SQLite gives the log to the owner of the database as it opens them.
 */
export async function* checkFiles(path: string): AsyncGenerator<Finding> {
  const files = await filesOf(path);
  if (files[0]?.path !== path) return;
  yield await checkPermissions(path, files);
  yield await checkSpace(path, files);
}

/** Whether this user may write the files, and who else may read them. */
async function checkPermissions(path: string, files: readonly File[]): Promise<Finding> {
  const folder = dirname(resolve(databaseFiles(path).log));
  const unwritable = await firstUnwritable(folder, files);
  if (unwritable !== undefined) {
    return failed(
      PERMISSIONS,
      `this user may not write ${unwritable}, so it could not serve`,
      'Run this as the user that serves; if it is, give that user the folder and the files in it.',
    );
  }
  const [database, ...beside] = files;
  const strange = beside.find(({ stats }) => stats.uid !== database?.stats.uid);
  if (strange !== undefined) {
    return warning(
      PERMISSIONS,
      `${strange.path} belongs to another user than ${path}`,
      'Run servers and commands as one user, and give that user all of the files.',
    );
  }
  const readers = await otherReaders(folder, files);
  return readers === undefined
    ? ok(PERMISSIONS, `${files.map((file) => file.path).join(', ')}: this user may write them`)
    : warning(
        PERMISSIONS,
        `${readers} may read ${path}`,
        `chmod go-rwx ${files.map((file) => file.path).join(' ')}`,
      );
}

/** Whether the volume has room for the log, and for another copy of everything. */
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
      'Make room: a backup on this volume, and a log that grows while somebody reads long, need as much again.',
    );
  }
  return ok(SPACE, detail);
}

/** Those of a database's files that are there. */
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
  // SQLite makes the log beside the database, so the folder must be writable too.
  for (const path of [folder, ...files.map((file) => file.path)]) {
    const isWritable = await access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable) return path;
  }
  return undefined;
}

/** Who besides the owner can read one of the files: its bits let them, and all the folders above let them through. */
async function otherReaders(folder: string, files: readonly File[]): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const bits = files.reduce((all, { stats }) => all | stats.mode, 0);
  let [group, others] = [(bits & GROUP_READS) !== 0, (bits & OTHERS_READ) !== 0];
  for (let above = folder; ; above = dirname(above)) {
    const { mode } = await stat(above);
    others &&= (mode & OTHERS_ENTER) !== 0;
    group &&= (mode & (GROUP_ENTERS | OTHERS_ENTER)) !== 0;
    if (above === dirname(above)) break;
  }
  if (others) return 'every user of this machine';
  return group ? 'the users of its group' : undefined;
}
