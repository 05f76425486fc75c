import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Folder extends AsyncDisposable {
  path(name: string): string;
}

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<Folder> {
  const root = await mkdtemp(join(tmpdir(), 'colloquy-'));
  return {
    path: (name) => join(root, name),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
