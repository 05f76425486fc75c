import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';

/** Encodings that the build writes, in the order in which the server prefers them, with the end of their names. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** One form of a file, as it is sent. */
interface Form {
  /** `undefined` for the file as it is. */
  readonly encoding: string | undefined;
  readonly bytes: Buffer;
  /** Entity tag, with its quotes. */
  readonly tag: string;
}

export interface SiteFile {
  readonly type: string;
  /** The forms from the most to the least preferred; the file as it is comes last. */
  readonly forms: readonly Form[];
}

/** Files by their paths below a folder, with `/` between the parts. */
export type SiteFiles = ReadonlyMap<string, SiteFile>;

/** Reads a folder that the build has written. Resolves with `undefined` when there is none. */
export async function readFiles(folder: URL): Promise<SiteFiles | undefined> {
  const names = await readdir(folder, { recursive: true }).catch(() => undefined);
  if (names === undefined || !names.includes('index.html')) return undefined;
  const paths = names.map((name) => name.replaceAll('\\', '/'));
  const files = paths.flatMap((path) => {
    const type = TYPES[extname(path)];
    return type === undefined ? [] : [siteFile(folder, path, type, new Set(paths))];
  });
  return new Map(await Promise.all(files));
}

async function siteFile(
  folder: URL,
  path: string,
  type: string,
  paths: ReadonlySet<string>,
): Promise<[string, SiteFile]> {
  const bytes = await readFile(new URL(path, folder));
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const packed = ENCODINGS.filter(({ suffix }) => paths.has(`${path}${suffix}`)).map(
    async ({ name, suffix }) => ({
      encoding: name,
      bytes: await readFile(new URL(`${path}${suffix}`, folder)),
      tag: `"${digest}-${name}"`,
    }),
  );
  const plain = { encoding: undefined, bytes, tag: `"${digest}"` };
  return [path, { type, forms: [...(await Promise.all(packed)), plain] }];
}

/** Returns the best form that a client takes, by its header `accept-encoding`. */
export function formFor({ forms }: SiteFile, accepted: string): Form {
  const taken = new Set(
    accepted
      .split(',')
      .map((entry) => entry.trim().split(/\s*;\s*/))
      .filter(([, quality = 'q=1']) => Number(quality.slice(2)) > 0)
      .map(([name = '']) => name.toLowerCase()),
  );
  const form = forms.find(({ encoding }) => encoding === undefined || taken.has(encoding));
  if (form === undefined) throw new Error('a file has no plain form');
  return form;
}
