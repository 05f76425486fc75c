import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { OperatorError } from '../base/operator-error.ts';
import { exportArchive, type ExportOptions } from '../service/archive/export.ts';
import type { Counts } from '../service/archive/format.ts';
import { linesOf } from '../service/archive/lines.ts';
import { resumePoint } from '../service/archive/resume.ts';
import type { Store } from '../store/port.ts';
import type { Command, CommandContext } from './command.ts';
import { withStore } from './database.ts';
import { optional, takeOptions } from './options.ts';
import { counted, ProgressLine } from './progress.ts';

const VALUED = ['tenant', 'continue'];

export const exportCommand: Command = {
  usage:
    'colloquy export [--tenant NAME] > FILE.jsonl | export [--tenant NAME] --continue FILE.jsonl',
  summary:
    'Write everything, as it is at this moment, as JSON lines to standard output; --continue completes a file that was cut off.',
  takesSettings: true,
  run: async (context) => {
    const options = takeOptions(context.arguments, VALUED);
    const tenant = optional(options, 'tenant');
    const file = optional(options, 'continue');
    await withStore(context, options.rest, VALUED, async (store) => {
      if (file !== undefined) return continueFile(file, tenant, store, context);
      await run(
        store,
        (text) => writeTo(context.output, text),
        { tenant, after: undefined },
        context,
      );
    });
  },
};

async function run(
  { archive }: Store,
  write: (text: string) => Promise<void>,
  options: ExportOptions,
  context: CommandContext,
): Promise<void> {
  const progress = new ProgressLine(context);
  const counts = await exportArchive(archive, write, {
    ...options,
    onProgress: (soFar) => progress.update(() => `exported ${shown(soFar)}`),
  });
  progress.clear();
  context.printError(`colloquy: exported ${shown(counts)}.`);
}

async function continueFile(
  path: string,
  tenant: string | undefined,
  store: Store,
  context: CommandContext,
): Promise<void> {
  const exists = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!exists) {
    throw new OperatorError(
      'no_such_file',
      `There is no file ${path} to continue.`,
      `Begin one: colloquy export > ${path}`,
    );
  }
  const point = await resumePoint(linesOf(createReadStream(path)));
  if (point === 'whole') return context.printError(`colloquy: ${path} is whole already.`);
  const { bytes = 0, after, counts } = point ?? {};
  await using handle = await open(path, 'r+');
  await handle.truncate(bytes);
  let position = bytes;
  const write = async (text: string): Promise<void> => {
    const { bytesWritten } = await handle.write(text, position);
    position += bytesWritten;
  };
  await run(store, write, { tenant, after, ...(counts !== undefined && { counts }) }, context);
}

/** Resolves when the stream can take more; rejects when nobody reads it any longer. */
function writeTo(output: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function shown({ key, conversation, item }: Readonly<Counts>): string {
  return `${counted(conversation, 'conversation')}, ${counted(item, 'item')} and ${counted(key, 'API key')}`;
}
