import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Folder } from './folder.ts';

const SOURCE = fileURLToPath(new URL('failing-system.c', import.meta.url));

/** True when this machine can compile the library that makes calls fail. Tests that need it are skipped otherwise. */
export const CAN_FAIL = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

export interface FailingSystem {
  /** Environment of the process whose calls fail. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes writes to the database's files, or syncs of them, fail from now on. */
  fail(call: 'write' | 'sync', error: 'EROFS' | 'EIO'): void;
  heal(): void;
}

/** Prepares a system whose disk fails on request. */
export function failingSystem(folder: Folder): FailingSystem {
  const library = folder.path('failing-system.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
  const file = folder.path('fault');
  return {
    environment: { LD_PRELOAD: library, FAULT_FILE: file },
    fail: (call, error) => writeFileSync(file, `${call} ${constants.errno[error]}`),
    heal: () => rmSync(file),
  };
}
