/** Servers of the benchmark of turns, each on a store of its own that is prepared alike. */

import { copyFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fill, idOf, itemOfText } from '../filled-store.ts';
import {
  newFolder,
  removeFolder,
  startColloquy,
  startProgram,
  type Folder,
  type Target,
} from '../targets.ts';
import type { StubMode } from './shared.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const STUB = path('model-stub.ts');
const TOOL_STUB = path('tool-stub.ts');
const FLOOR = path('floor.ts');

export const ITEMS_EACH = 100;

export const TEXT =
  'The quick brown fox jumps over the lazy dog, and says so in several languages. '
    .repeat(5)
    .slice(0, 340);

const ITEM = `CASE n % 2 WHEN 0 THEN ${itemOfText('user', 'input_text', TEXT)} ELSE ${itemOfText('assistant', 'output_text', TEXT)} END`;

/** A store to be copied: conversations of 100 items, with messages of the user and of the model in turn. */
export interface Template {
  readonly folder: Folder;
  readonly conversations: readonly string[];
}

/** Makes a store with a number of conversations; none for a store without any. */
export async function newTemplate(count: number): Promise<Template> {
  const folder = newFolder();
  // The start makes the tables.
  await (await startColloquy(folder)).stop();
  if (count > 0) fill(folder, { conversations: count, each: ITEMS_EACH, item: ITEM });
  return { folder, conversations: Array.from({ length: count }, (_, n) => idOf('conv', n)) };
}

/** A target whose `stop` removes its store. */
async function inFolder(
  start: (folder: Folder) => Promise<Target>,
  template?: Template,
): Promise<TurnTarget> {
  const folder = newFolder();
  if (template !== undefined) copyFileSync(template.folder.database, folder.database);
  const target = await start(folder);
  const stop = async (): Promise<void> => {
    await target.stop();
    removeFolder(folder);
  };
  return { ...target, database: folder.database, stop, [Symbol.asyncDispose]: stop };
}

export interface TurnTarget extends Target, AsyncDisposable {
  readonly database: string;
}

export function startStub(mode: StubMode): Promise<TurnTarget> {
  return inFolder((folder) => startProgram([STUB, mode], folder, 'none'));
}

/** Starts a server in front of a model server, on a copy of a store. */
export type StartTurns = (template: Template, stub: Pick<Target, 'url'>) => Promise<TurnTarget>;

export const startTurns: StartTurns = (template, stub) =>
  inFolder((folder) => startColloquy(folder, undefined, ['--model-url', stub.url]), template);

/** Starts the server with further flags, which are made for its folder. */
export function startTurnsWith(
  template: Template,
  stub: Target,
  flags: (folder: string) => readonly string[],
): Promise<TurnTarget> {
  return inFolder((folder) => {
    const further = flags(dirname(folder.database));
    return startColloquy(folder, undefined, ['--model-url', stub.url, ...further]);
  }, template);
}

export function startToolStub(): Promise<TurnTarget> {
  return inFolder((folder) => startProgram([TOOL_STUB], folder, 'none'));
}

export const startTurnsFloor: StartTurns = (template, stub) =>
  inFolder((folder) => startProgram([FLOOR, folder.database, stub.url], folder, 'none'), template);
