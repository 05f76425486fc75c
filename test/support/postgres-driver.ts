import { loadConfig } from '../../src/index.ts';
import { PostgresDriver } from '../../src/store/postgres/driver.ts';

/** Opens the driver without a store, on a database with an up-to-date schema. */
export async function openPostgresDriver(
  url: string,
  ...settings: readonly string[]
): Promise<PostgresDriver> {
  const { database } = await loadConfig({ arguments: ['--database-url', url, ...settings] });
  if (database.kind !== 'postgres') throw new Error(`${url} is not a URL of PostgreSQL`);
  return PostgresDriver.open(database);
}
