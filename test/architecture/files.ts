import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/repository.ts';

/** Returns the TypeScript files of a folder, as paths from the root, in order. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .toSorted();
}
