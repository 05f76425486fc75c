/** The statements by which a transaction names its tenant to the row-level policies of the tables. */

import type { Scope } from '../engine/driver.ts';
import type { Query } from '../engine/query.ts';
import type { CitusDatabase } from './citus.ts';

export type ScopeQueries = (scope: Scope) => readonly Query[];

export const NO_SCOPE_QUERIES: ScopeQueries = () => [];

export function scopeQueriesOf(citus: CitusDatabase | undefined): ScopeQueries {
  return citus === undefined ? onOneServer : onAllNodes;
}

const EVERY_TENANT: Query = {
  sql: `SELECT set_config('colloquy.every_tenant', 'on', TRUE)`,
  parameters: [],
};

const onOneServer: ScopeQueries = (scope) => {
  if (scope.kind === 'none') return [];
  if (scope.kind === 'all') return [EVERY_TENANT];
  return [{ sql: `SELECT set_config('colloquy.tenant', $1, TRUE)`, parameters: [scope.tenant] }];
};

/** Makes Citus repeat the SET LOCAL statements that follow on the nodes of the transaction; it repeats no function. */
const PROPAGATE: Query = {
  sql: `SET LOCAL citus.propagate_set_commands TO 'local'`,
  parameters: [],
};

const EVERY_TENANT_ON_ALL_NODES: Query = {
  sql: `SET LOCAL colloquy.every_tenant TO 'on'`,
  parameters: [],
};

const onAllNodes: ScopeQueries = (scope) => {
  if (scope.kind === 'none') return [];
  if (scope.kind === 'all') return [PROPAGATE, EVERY_TENANT_ON_ALL_NODES];
  const sql = `SET LOCAL colloquy.tenant TO ${literal(scope.tenant)}`;
  return [PROPAGATE, { sql, parameters: [], isOnce: true }];
};

/** Quotes a text, since SET takes no parameters. */
function literal(value: string): string {
  const escaped = value.replaceAll('\0', '\ufffd').replaceAll(/['\\]/g, String.raw`\$&`);
  return `E'${escaped}'`;
}
