import { databaseName, type DatabaseOptions } from '../../options/database.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig, type ConfigSources } from '../../config/load.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import { openInspection } from '../../store/open.ts';
import type { Thoroughness } from '../../store/inspection/integrity.ts';
import { checkConfiguration } from '../checks/configuration.ts';
import { checkClock } from '../checks/clock.ts';
import { checkIntegrity, checkRights, checkSchema } from '../checks/database.ts';
import { checkFiles } from '../checks/files.ts';
import { failedBy, ok, warning, type Finding } from '../checks/finding.ts';
import { checkItems, checkPlaces } from '../checks/stored.ts';
import type { Command, CommandContext } from '../command.ts';
import { openingError, storeError } from '../database/errors.ts';
import { takeOptions } from '../options.ts';
import { ProgressLine } from '../output/progress.ts';
import { counted } from '../output/wording.ts';

const SWITCHES = ['full', 'json'];

export const doctor: Command = {
  usage: ['colloquy doctor [--full] [--json]'],
  summary:
    'Check the configuration, the database and its contents, and print a fix for each fault. Changes nothing; a server may be running.',
  takesSettings: true,
  run: async (context) => {
    const { texts, rest } = takeOptions(context.arguments, [], SWITCHES);
    const sources: ConfigSources = {
      arguments: rest,
      environment: context.environment,
      otherFlags: SWITCHES.map((name) => `--${name}`),
    };
    const progress = new ProgressLine(context);
    const onProgress = (items: number): void =>
      progress.update(() => `checked ${counted(items, 'item')}`);
    const findings: Finding[] = [];
    for await (const finding of examine(sources, { full: texts.has('full'), onProgress })) {
      progress.clear();
      findings.push(finding);
      if (!texts.has('json')) show(finding, context);
    }
    const failures = findings.filter(({ state }) => state === 'failed').length;
    if (texts.has('json')) {
      context.print(JSON.stringify({ healthy: failures === 0, checks: findings }));
    }
    if (failures > 0) throw unwell(failures);
  },
};

function show({ check, state, detail, fix }: Finding, { print }: CommandContext): void {
  print(`${state.padEnd(7)}  ${check.padEnd(13)}  ${detail}`);
  if (fix !== undefined) print(`  fix: ${fix}`);
}

function unwell(failures: number): OperatorError {
  return new OperatorError(
    'unwell',
    `${counted(failures, 'check')} failed.`,
    'Follow the lines with `fix:` above, and run doctor again.',
  );
}

/** Runs the checks one after the other, since each relies on the earlier ones. */
async function* examine(
  sources: ConfigSources,
  thoroughness: Thoroughness,
): AsyncGenerator<Finding> {
  let config: Config;
  try {
    config = await loadConfig(sources);
  } catch (error) {
    yield failedBy('configuration', error);
    return;
  }
  yield* checkConfiguration(config);
  const { database } = config;
  if (database.kind === 'sqlite' && database.path === ':memory:') {
    yield warning(
      'database',
      'in memory: the data is not kept when the server stops',
      'Name a file with --database-url sqlite:PATH.',
    );
    return;
  }
  if (database.kind === 'sqlite') yield* checkFiles(database.path);
  const opened = await openInspection(database).catch((error: unknown) =>
    failedBy('database', openingError(error, database)),
  );
  if ('state' in opened) {
    yield opened;
    return;
  }
  await using inspection = opened;
  yield* checkDatabase(inspection, database, thoroughness);
}

async function* checkDatabase(
  inspection: Inspection,
  database: DatabaseOptions,
  thoroughness: Thoroughness,
): AsyncGenerator<Finding> {
  const tried = (check: string, work: () => Promise<Finding>): Promise<Finding> =>
    work().catch((error: unknown) => failedBy(check, storeError(error, database)));
  const reachable = await tried('database', async () =>
    ok('database', `${databaseName(database)} answers: ${await inspection.engine()}`),
  );
  yield reachable;
  if (reachable.state === 'failed') return;
  if (database.kind === 'sqlite') yield await tried('file', () => checkIntegrity(inspection));
  const schema = await tried('schema', () => checkSchema(inspection));
  yield schema;
  // An older or a newer schema may have other tables.
  if (schema.state !== 'ok') return;
  if (database.kind === 'postgres') {
    const rights = await tried('rights', () => checkRights(inspection, database));
    yield rights;
    // The next checks would take rows that row-level security hides for missing ones.
    if (rights.state === 'failed') return;
  }
  yield await tried('places', () => checkPlaces(inspection, thoroughness));
  yield await tried('items', () => checkItems(inspection, thoroughness));
  yield await tried('clock', () => checkClock(inspection, database));
}
