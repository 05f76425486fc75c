import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Returns a file of the repository as text. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Pages of documentation, as paths from the root. */
export const PAGES: readonly string[] = readdirSync(ROOT, {
  recursive: true,
  encoding: 'utf8',
}).filter((name) => name.endsWith('.md') && !/node_modules|^\.cache/.test(name));

/** Returns the blocks of code in one language of a page. */
export function codeBlocks(page: string, language: string): readonly string[] {
  const blocks = readText(page).matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'));
  return [...blocks].map(([, code = '']) => code);
}

/** Runs Node in a folder with an environment of its own, and returns what it printed. Throws when it fails. */
export async function runNode(cwd: string, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] };
  return (await promisify(execFile)(process.execPath, [...args], { cwd, env })).stdout;
}

/** Runs Node in the root of the repository as `runNode` does, with a text on its standard input. */
export async function runNodeWith(input: string, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] };
  const running = promisify(execFile)(process.execPath, [...args], { cwd: ROOT, env });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

/** Compiles the program into a folder other than `dist`, from which another test or benchmark may be running. */
export async function compileTo(folder: string): Promise<void> {
  const compiler = 'node_modules/typescript/bin/tsc';
  await runNode(ROOT, compiler, '--project', 'tsconfig.build.json', '--outDir', folder);
}
