import { Authorizer } from '../../access/policy/authorizer.ts';
import { policyOf } from '../../access/policy/parse.ts';
import type { Config } from '../../config/config.ts';
import { AuditTrail } from '../../service/audit.ts';
import type { Store } from '../../store/store.ts';
import { openAuditLog } from '../../telemetry/audit-log.ts';

/** Runs `work` with the audit trail of the configuration; with `undefined` if it has none. A lost line is thrown. */
export async function withAudit(
  store: Store,
  { auditLog, auth }: Config,
  work: (audit: AuditTrail | undefined) => Promise<void>,
): Promise<void> {
  using log = openAuditLog(auditLog);
  const { write } = log;
  const authorizer = new Authorizer(policyOf(auth.accessPolicy));
  await work(write === undefined ? undefined : new AuditTrail(store, authorizer, write, lost));
}

function lost(error: Error): never {
  throw error;
}
