import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Folder extends AsyncDisposable {
  path(name: string): string;
  /** Returns the size of a file in the folder, in bytes. */
  size(name: string): number;
}

/** Creates a folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<Folder> {
  const root = await mkdtemp(join(tmpdir(), 'colloquy-'));
  return {
    path: (name) => join(root, name),
    size: (name) => statSync(join(root, name)).size,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
