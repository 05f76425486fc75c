import type { DatabaseOptions } from '../../options/database.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import { counted } from '../output/wording.ts';
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

/** Checks that the nodes of a sharded database can be reached. */
export async function checkNodes(inspection: Inspection): Promise<Finding> {
  const nodes = await inspection.unreachableNodes();
  return nodes.length === 0
    ? ok('nodes', 'the coordinator reaches all nodes of the cluster')
    : failed(
        'nodes',
        `the coordinator does not reach ${nodes.join('; ')}`,
        'Start the node, or check the network between the nodes. The conversations of its shards are out of reach until then, and lists are.',
      );
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
