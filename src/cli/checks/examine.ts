import { databaseName } from '../../options/database.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig, type ConfigSources } from '../../config/load.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import { openInspection } from '../../store/open.ts';
import type { Thoroughness } from '../../store/inspection/integrity.ts';
import { openingError, storeError } from '../database/errors.ts';
import { checkClock } from './clock.ts';
import { checkConfiguration } from './configuration.ts';
import { checkCounts } from './counts.ts';
import { checkIntegrity, checkNodes, checkReplica, checkRights, checkSchema } from './database.ts';
import { checkFiles } from './files.ts';
import { failedBy, ok, warning, type Finding } from './finding.ts';
import { checkHistories } from './histories.ts';
import { checkMcpServers } from './mcp-servers.ts';
import { checkModelServers } from './model-servers.ts';
import { checkRetention } from './retention.ts';
import { checkSearch } from './search.ts';
import { checkItems, checkPlaces } from './stored.ts';

export interface ExamineOptions extends Thoroughness {
  /** Histories to examine: those of a tenant, or of all tenants without one. `undefined`: none. */
  readonly histories: { readonly tenant: string | undefined } | undefined;
}

/** Runs the checks one after the other, since each relies on the earlier ones. */
export async function* examine(
  sources: ConfigSources,
  thoroughness: ExamineOptions,
): AsyncGenerator<Finding> {
  let config: Config;
  try {
    config = await loadConfig(sources);
  } catch (error) {
    yield failedBy('configuration', error);
    return;
  }
  yield* checkConfiguration(config);
  yield* checkModelServers(config);
  yield* checkMcpServers(config);
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
  yield* checkDatabase(inspection, config, thoroughness);
}

async function* checkDatabase(
  inspection: Inspection,
  { database, sealKey, search }: Config,
  { histories, ...thoroughness }: ExamineOptions,
): AsyncGenerator<Finding> {
  const tried = (check: string, work: () => Promise<Finding>): Promise<Finding> =>
    work().catch((error: unknown) => failedBy(check, storeError(error, database)));
  const reachable = await tried('database', async () =>
    ok('database', `${databaseName(database)} answers: ${await inspection.engine()}`),
  );
  yield reachable;
  if (reachable.state === 'failed') return;
  if (database.kind === 'sqlite') yield await tried('file', () => checkIntegrity(inspection));
  if (inspection.isSharded) {
    const nodes = await tried('nodes', () => checkNodes(inspection));
    yield nodes;
    // The next checks read all shards.
    if (nodes.state === 'failed') return;
  }
  const schema = await tried('schema', () => checkSchema(inspection));
  yield schema;
  // An older or a newer schema may have other tables.
  if (schema.state !== 'ok') return;
  if (database.kind === 'postgres') {
    const rights = await tried('rights', () => checkRights(inspection, database));
    yield rights;
    // The next checks would take rows that row-level security hides for missing ones.
    if (rights.state === 'failed') return;
    const { replica } = database;
    if (replica !== undefined) {
      yield await tried('replica', () => checkReplica(inspection, replica));
    }
  }
  yield await tried('places', () => checkPlaces(inspection, thoroughness));
  yield await tried('items', () => checkItems(inspection, thoroughness));
  yield await tried('counts', () => checkCounts(inspection, thoroughness));
  yield await tried('retention', () => checkRetention(inspection));
  yield await tried('search', () => checkSearch(inspection, search));
  if (histories !== undefined) {
    const { tenant } = histories;
    const { onProgress } = thoroughness;
    yield await tried('history', () =>
      checkHistories(inspection, {
        tenant,
        sealKey,
        ...(onProgress === undefined ? {} : { onProgress }),
      }),
    );
  }
  yield await tried('clock', () => checkClock(inspection, database));
}
