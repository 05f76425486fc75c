import { hash } from 'node:crypto';
import { Authorizer } from '../../access/policy/authorizer.ts';
import { policyOf } from '../../access/policy/parse.ts';
import type { Config } from '../../config/config.ts';
import { AuditTrail } from '../../service/audit.ts';
import type { Store } from '../../store/store.ts';
import { openAuditLog } from '../../telemetry/audit-log.ts';
import type { CommandContext } from '../command.ts';
import { withStore, type StoreUse } from './access.ts';

interface AuditedStore {
  readonly store: Store;
  readonly config: Config;
  /** `undefined` if the configuration has none. A line that is lost is thrown. */
  readonly audit: AuditTrail | undefined;
}

/** Opens the configured store and its audit trail, runs `work` on them, and closes them. */
export function withAuditedStore(
  context: CommandContext,
  use: StoreUse,
  work: (opened: AuditedStore) => Promise<void>,
): Promise<void> {
  return withStore(context, use, (store, config) =>
    withAudit(store, config, (audit) => work({ store, config, audit })),
  );
}

/** Returns the SHA-256 by which a line of the audit log names a subject; null for any subject. */
export function digestOf(subject: string | null): string | null {
  return subject === null ? null : hash('sha256', subject);
}

async function withAudit(
  store: Store,
  { auditLog, auth }: Config,
  work: (audit: AuditTrail | undefined) => Promise<void>,
): Promise<void> {
  using log = openAuditLog(auditLog);
  const { write } = log;
  const authorizer = new Authorizer(policyOf(auth.accessPolicy));
  const parts = { store, authorizer, onLost: lost, recordsReads: false };
  await work(write === undefined ? undefined : new AuditTrail({ ...parts, write }));
}

function lost(error: Error): never {
  throw error;
}
