import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { messageOf } from '../../base/errors/message-of.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { DEFAULT_TENANT } from '../../options/authentication.ts';
import { exportArchive, type ExportOptions } from '../../service/archive/export.ts';
import { linesOf } from '../../service/archive/lines.ts';
import { resumePoint } from '../../service/archive/resume.ts';
import type { Store } from '../../store/store.ts';
import type { Command, CommandContext } from '../command.ts';
import { withStore } from '../database/access.ts';
import { optional, takeOptions } from '../options.ts';
import { ProgressLine } from '../output/progress.ts';
import { countedRecords } from '../output/wording.ts';

const VALUED = ['tenant', 'subject', 'continue'];

export const exportCommand: Command = {
  usage: [
    'colloquy export [--tenant NAME] [--subject NAME] > FILE.jsonl',
    'colloquy export [--tenant NAME] --continue FILE.jsonl',
  ],
  summary:
    'Write all data, as it is at this moment, as JSON lines to standard output. --subject limits it to the conversations of one owner, of the tenant `default` unless --tenant names another. --continue completes a file that was cut off.',
  takesSettings: true,
  run: async (context) => {
    const options = takeOptions(context.arguments, VALUED);
    const owner = optional(options, 'subject');
    const tenant =
      optional(options, 'tenant') ?? (owner === undefined ? undefined : DEFAULT_TENANT);
    const file = optional(options, 'continue');
    if (owner !== undefined && file !== undefined) throw notContinued();
    const use = { settings: options.rest, otherFlags: VALUED, createsDatabase: false };
    await withStore(context, use, async (store) => {
      if (file !== undefined) return continueFile(file, tenant, store, context);
      await exportTo(
        store,
        (text) => writeTo(context.output, text),
        { tenant, after: undefined, owner },
        context,
      );
    });
  },
};

function notContinued(): OperatorError {
  return new OperatorError(
    'archive_of_selection',
    'The conversations of one subject cannot be continued.',
    'Leave --continue out, and export them into a new file.',
  );
}

/** Writes the archive and prints its counts. */
async function exportTo(
  { archive }: Store,
  write: (text: string) => Promise<void>,
  options: ExportOptions,
  context: CommandContext,
): Promise<void> {
  const progress = new ProgressLine(context);
  const counts = await exportArchive(archive, write, {
    ...options,
    onProgress: (soFar) => progress.update(() => `exported ${countedRecords(soFar)}`),
  });
  progress.clear();
  context.printError(`colloquy: exported ${countedRecords(counts)}.`);
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
  const point = await resumePoint(linesOf(createReadStream(path)), tenant);
  if (point === 'whole') return context.printError(`colloquy: ${path} is whole already.`);
  const { bytes = 0, after, counts } = point ?? {};
  if (after !== undefined) await assertHasConversation(store, after, path);
  await using handle = await open(path, 'r+');
  await handle.truncate(bytes);
  const output = handle.createWriteStream({ start: bytes });
  // Each write reports its own error.
  output.on('error', () => undefined);
  await exportTo(
    store,
    (text) => writeTo(output, text),
    { tenant, after, ...(counts !== undefined && { counts }) },
    context,
  );
}

/** Throws when the database lacks the last whole conversation of the file: it is a file of another database. */
async function assertHasConversation(
  store: Store,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  path: string,
): Promise<void> {
  if ((await store.conversations.getResource({ tenant, conversationId: id })) !== null) return;
  throw new OperatorError(
    'other_database',
    `The database has no conversation ${id} of tenant ${tenant}, the last one in ${path}.`,
    'Name the database of the file, or export into a new file.',
  );
}

function unwritable(error: unknown): OperatorError {
  return new OperatorError(
    'cannot_write',
    `The archive cannot be written: ${messageOf(error)}`,
    'Make room, or keep the reader of the pipe running; `colloquy export --continue FILE` completes a file that was cut off.',
    error,
  );
}

/** Resolves when the stream accepts more; rejects when its reader has closed it. */
function writeTo(output: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => {
      if (error) reject(unwritable(error));
      else resolve();
    });
  });
}
