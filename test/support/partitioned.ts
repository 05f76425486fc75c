import { inject } from 'vitest';
import { DISTRIBUTED_TABLES } from '../../src/store/tables.ts';
import { createDatabase, type PostgresDatabase } from './postgres.ts';
import { openOn } from './store.ts';

const SHARDS = 8;

/** Partitions each table by the hash of the column by which it is distributed, as a sharded database would distribute it. */
const PARTITION = DISTRIBUTED_TABLES.filter(({ isReference }) => isReference !== true)
  .map(({ name, shardColumn }) => {
    const partitions = Array.from(
      { length: SHARDS },
      (_, shard) =>
        `CREATE TABLE ${name}_${shard} PARTITION OF ${name} FOR VALUES WITH (MODULUS ${SHARDS}, REMAINDER ${shard});`,
    );
    return `
    ALTER TABLE ${name} RENAME TO whole_${name};
    CREATE TABLE ${name} (LIKE whole_${name} INCLUDING ALL) PARTITION BY HASH (${shardColumn});
    ${partitions.join('\n')}
    DROP TABLE whole_${name};`;
  })
  .join('\n');

/** 20,000 conversations of two items, a response and a turn each, without statistics, as in a table that is new. */
const FILL = `
  INSERT INTO conversations SELECT 't', 'conv_' || n, 'o' || n % 100, '{}', '{}', n, 2 FROM generate_series(1, 20000) AS n;
  INSERT INTO items SELECT 't', 'conv_' || n / 2, n % 2, 'msg_' || n, 'message', '{}', 1 FROM generate_series(2, 40001) AS n;
  INSERT INTO responses SELECT 't', 'conv_' || n, 'resp_' || n, 1, 'completed', 1, 2, '{}' FROM generate_series(1, 20000) AS n;
  INSERT INTO turns SELECT 't', 'conv_' || n, 'turn_' || n, 1 FROM generate_series(1, 20000) AS n WHERE n <> 407;
  INSERT INTO idempotency_keys (tenant, id, request, token, expires_at)
    SELECT 't', 'key_' || n, 'r', 'x', 1 FROM generate_series(1, 20000) AS n;`;

/** Creates a database whose tables are partitioned and filled. */
export async function createPartitioned(): Promise<PostgresDatabase> {
  const database = await createDatabase(inject('postgresUrl'));
  await (await openOn(database.url)).close();
  await database.run(PARTITION);
  await database.run(FILL);
  return database;
}
