import { loadConfig } from '../../config/load.ts';
import { databaseName } from '../../options/database.ts';
import { indexAll } from '../../service/search/index-all.ts';
import type { Command, CommandContext } from '../command.ts';
import { withInspection, withStore } from '../database/access.ts';
import { olderSchema } from '../database/errors.ts';
import { unknownAction } from '../options.ts';
import { ProgressLine } from '../output/progress.ts';
import { counted } from '../output/wording.ts';

const FIX = 'Write `colloquy search status` or `colloquy search rebuild`.';

export const search: Command = {
  usage: ['colloquy search status', 'colloquy search rebuild'],
  summary:
    'Show how many items the index of words has and how many wait for it, or make it anew. Servers may run meanwhile; until it is done, searches find less.',
  takesSettings: true,
  run: async (context) => {
    const [action, ...rest] = context.arguments;
    if (action === 'status') await status(context, rest);
    else if (action === 'rebuild') await rebuild(context, rest);
    else throw unknownAction('search', action, FIX);
  },
};

async function status(
  { environment, print }: CommandContext,
  settings: readonly string[],
): Promise<void> {
  const { database } = await loadConfig({ arguments: settings, environment });
  await withInspection(database, async (inspection) => {
    const { applied, pending } = await inspection.migrations();
    if (pending.length > 0) throw olderSchema(databaseName(database), applied);
    await inspection.hasWalls();
    const { indexed, waiting, conversations, erasing } = await inspection.searchState();
    print(`${counted(indexed, 'item')} in the index`);
    print(`${counted(waiting, 'position')} of ${counted(conversations, 'conversation')} waiting`);
    if (erasing > 0) print(`words of ${counted(erasing, 'deleted item')} to be erased`);
  });
}

async function rebuild(context: CommandContext, settings: readonly string[]): Promise<void> {
  const use = { settings, otherFlags: [], createsDatabase: false };
  await withStore(context, use, async (store) => {
    const progress = new ProgressLine(context);
    await store.search.reset((conversations) =>
      progress.update(() => `${counted(conversations, 'conversation')} taken out`),
    );
    const items = await indexAll(store.search, {
      onProgress: (count) => progress.update(() => `${counted(count, 'item')} indexed`),
    });
    progress.clear();
    context.print(`${counted(items, 'item')} indexed.`);
  });
}
