import { serverName, type DatabaseOptions, type PostgresServer } from '../../options/database.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import { counted, shownBytes } from '../output/wording.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

/** Checks that the file is intact, as SQLite reports it. */
export async function checkIntegrity(inspection: Inspection): Promise<Finding> {
  const damage = await inspection.damage();
  return damage.length === 0
    ? ok('file', 'SQLite finds its file whole')
    : failed(
        'file',
        `SQLite finds its file damaged: ${damage.join('; ').replaceAll('\n', ' ')}`,
        'Stop the server, keep its files as they are, and restore the last copy that `colloquy backup` made; check the disk.',
      );
}

/** Checks that the schema is the one of this program. */
export async function checkSchema(inspection: Inspection): Promise<Finding> {
  const { applied, pending } = await inspection.migrations();
  const version = applied.at(-1)?.version ?? 0;
  if (pending.length === 0) return ok('schema', `version ${version}, which is this program's`);
  const detail =
    applied.length === 0
      ? 'there is no schema yet, and no data'
      : `version ${version}, and this program brings ${counted(pending.length, 'step')} more`;
  return warning(
    'schema',
    detail,
    'Run `colloquy migrate up`, or start the server, which does it.',
  );
}

/** Checks that the nodes of a sharded database can be reached, and that limits hold there. */
export async function checkNodes(inspection: Inspection): Promise<Finding> {
  const nodes = await inspection.unreachableNodes();
  if (nodes.length > 0) {
    return failed(
      'nodes',
      `the coordinator does not reach ${nodes.join('; ')} as this role`,
      'Start the node, check the network between the nodes, and that the role may log in there. The conversations of its shards are out of reach until then, and so are lists.',
    );
  }
  const limits = await inspection.missingLimits();
  if (limits.length > 0) {
    return warning(
      'nodes',
      'the limits of statements do not hold on the workers for this role',
      `Start the server, which sets them, or run as this role through the coordinator: ${limits.join(' ')} A role that was made on each node by hand takes them on each node.`,
    );
  }
  return ok('nodes', 'the coordinator reaches all nodes, and the limits of statements hold there');
}

/** Checks that the role of PostgreSQL has the rights that a server needs. */
export async function checkRights(
  inspection: Inspection,
  options: DatabaseOptions,
): Promise<Finding> {
  await inspection.assertRights();
  const isWalled = await inspection.hasWalls();
  const needsWalls = options.kind === 'postgres' && options.rowLevelSecurity;
  if (needsWalls && !isWalled) {
    return warning(
      'rights',
      'rls is on, and the tables have no row-level security yet',
      'Start the server as the owner of the tables, which switches it on.',
    );
  }
  return ok('rights', `the role may serve; row-level security is ${isWalled ? 'on' : 'off'}`);
}

/** Checks that the replica answers, and how far it is behind. The server serves without it too. */
export async function checkReplica(
  inspection: Inspection,
  replica: PostgresServer,
): Promise<Finding> {
  const report = await inspection.replica();
  const name = serverName(replica);
  if (report?.kind === 'following') {
    const { bytesBehind } = report;
    const lag = bytesBehind === 0 ? 'is up to date' : `is ${shownBytes(bytesBehind)} behind`;
    return ok('replica', `${name} ${lag}`);
  }
  return warning(
    'replica',
    `${name} ${report?.problem}, so the primary answers all reads`,
    'See that it runs and follows the primary, and that its host and port in --database-read-url are right.',
  );
}
