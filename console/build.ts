/**
 * Builds the console into `dist/console`, with a `.br` and a `.gz` beside each file. `--if-stale` leaves a build that is
 * newer than its sources.
 */

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

const SOURCES = fileURLToPath(new URL('.', import.meta.url));
const OUTPUT = fileURLToPath(new URL('../dist/console/', import.meta.url));
const COMPRESSED = /\.(html|js|css|svg)$/;

/** Builds the console, unless `onlyIfStale` and nothing has changed since the last build. */
export async function buildConsole({
  onlyIfStale,
}: {
  readonly onlyIfStale: boolean;
}): Promise<void> {
  if (onlyIfStale && !isStale()) return;
  // Vite takes the kind of build from here, and a run of tests has another one.
  const { NODE_ENV = 'production' } = process.env;
  process.env['NODE_ENV'] = 'production';
  await build({
    configFile: join(SOURCES, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: OUTPUT },
  });
  process.env['NODE_ENV'] = NODE_ENV;
  for (const path of filesIn(OUTPUT).filter((name) => COMPRESSED.test(name))) {
    const bytes = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(bytes));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

function isStale(): boolean {
  const built = statSync(join(OUTPUT, 'index.html.gz'), { throwIfNoEntry: false });
  if (built === undefined) return true;
  return filesIn(SOURCES).some((path) => statSync(path).mtimeMs > built.mtimeMs);
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
}

if (import.meta.main) {
  await buildConsole({ onlyIfStale: process.argv.includes('--if-stale') });
}
