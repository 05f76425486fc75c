import { databaseName } from '../../options/database.ts';
import { loadConfig } from '../../config/load.ts';
import type { Figure, Figures } from '../../store/inspection/figures.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import type { Command } from '../command.ts';
import { withInspection } from '../database/access.ts';
import { olderSchema } from '../database/errors.ts';
import { takeOptions } from '../options.ts';
import { shownBytes, shownTime } from '../output/wording.ts';

const SWITCHES = ['full', 'json'];

interface Statistics extends Figures {
  readonly database: string;
  readonly schemaVersion: number;
  readonly bytes: { readonly database: number; readonly log: number | null };
}

export const stats: Command = {
  usage: ['colloquy stats [--full] [--json]'],
  summary:
    'Print counts and sizes of the store. The counts of a large store are estimates; --full counts everything.',
  takesSettings: true,
  run: async ({ arguments: args, environment, print }) => {
    const { texts, rest } = takeOptions(args, [], SWITCHES);
    const { database } = await loadConfig({
      arguments: rest,
      environment,
      otherFlags: SWITCHES.map((name) => `--${name}`),
    });
    const name = databaseName(database);
    await withInspection(database, async (inspection) => {
      const found = await collect(inspection, name, texts.has('full'));
      const statistics = { database: name, ...found };
      if (texts.has('json')) print(JSON.stringify(asJson(statistics)));
      else for (const line of table(statistics)) print(line);
    });
  },
};

async function collect(
  inspection: Inspection,
  name: string,
  full: boolean,
): Promise<Omit<Statistics, 'database'>> {
  const { applied, pending } = await inspection.migrations();
  if (pending.length > 0) throw olderSchema(name, applied);
  // The counts would lack rows that row-level security hides.
  await inspection.hasWalls();
  const figures = await inspection.figures({ full });
  const schemaVersion = applied.at(-1)?.version ?? 0;
  return { ...figures, schemaVersion, bytes: await inspection.sizes() };
}

function asJson(statistics: Statistics): Readonly<Record<string, unknown>> {
  const { conversations, items, responses, tokens, itemsByType, oldest, newest, bytes } =
    statistics;
  return {
    database: statistics.database,
    schema_version: statistics.schemaVersion,
    conversations: countAsJson(conversations),
    items: countAsJson(items),
    items_by_type: Object.fromEntries(
      itemsByType.map(({ type, ...figure }) => [type, countAsJson(figure)]),
    ),
    responses: countAsJson(responses),
    tokens:
      tokens === undefined
        ? null
        : {
            input: tokens.inputTokens,
            input_cached: tokens.cachedTokens,
            output: tokens.outputTokens,
            output_reasoning: tokens.reasoningTokens,
          },
    tenants: statistics.tenants,
    keys: statistics.keys,
    oldest_conversation_at: shownTime(oldest),
    newest_conversation_at: shownTime(newest),
    database_bytes: bytes.database,
    log_bytes: bytes.log,
  };
}

function countAsJson({ count, isEstimate }: Figure): Readonly<Record<string, unknown>> {
  return { count, estimated: isEstimate };
}

function table(statistics: Statistics): readonly string[] {
  const { conversations, items, responses, tokens, itemsByType, keys, oldest, newest, bytes } =
    statistics;
  const rows: readonly (readonly [string, string])[] = [
    ['database', statistics.database],
    ['schema version', String(statistics.schemaVersion)],
    ['conversations', textOf(conversations)],
    ['items', textOf(items)],
    ...itemsByType.map(({ type, ...figure }) => [`  ${type}`, textOf(figure)] as const),
    ['responses', textOf(responses)],
    ['tokens', tokensText(tokens)],
    ['tenants', statistics.tenants.toLocaleString('en')],
    ['keys', `${keys.active} active, ${keys.revoked} revoked, ${keys.expired} expired`],
    ['oldest conversation', shownTime(oldest) ?? 'none'],
    ['newest conversation', shownTime(newest) ?? 'none'],
    ['size of the database', shownBytes(bytes.database)],
    ['size of the log', bytes.log === null ? 'kept by PostgreSQL' : shownBytes(bytes.log)],
  ];
  const longest = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(longest)}  ${value}`);
}

function tokensText(tokens: Statistics['tokens']): string {
  if (tokens === undefined) return 'not counted; --full counts them';
  const { inputTokens, outputTokens } = tokens;
  return `${inputTokens.toLocaleString('en')} in, ${outputTokens.toLocaleString('en')} out`;
}

function textOf({ count, isEstimate }: Figure): string {
  const text = count.toLocaleString('en');
  return isEstimate ? `about ${text}` : text;
}
