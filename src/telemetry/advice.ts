import { StoreUnavailableError } from '../base/errors/store-unavailable.ts';
import { explanationOf, type DatabaseKind } from '../base/errors/unavailable-reasons.ts';

/** Fields that the log adds to a failure, besides its stack. */
interface LoggedAdvice {
  readonly cause: string;
  readonly fix: string;
}

/** Advice on any other file that the server writes, such as the audit log, by the code of the system's error. */
const ADVICE_ON_FILES: Readonly<Record<string, () => LoggedAdvice | undefined>> = {
  ENOSPC: () => adviceOnReason('disk_full', 'sqlite'),
  EROFS: () => ({
    cause: 'the file system is read-only',
    fix: 'Remount the volume for writing. Writes go on by themselves.',
  }),
};

/** Returns cause and fix of a failure that an operator can mend, and `undefined` for any other. */
export function adviceOn(error: unknown, database: DatabaseKind): LoggedAdvice | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StoreUnavailableError) return adviceOnReason(cause.reason, database);
    const known = 'code' in cause ? ADVICE_ON_FILES[String(cause.code)]?.() : undefined;
    if (known !== undefined) return known;
  }
  return undefined;
}

function adviceOnReason(
  reason: StoreUnavailableError['reason'],
  database: DatabaseKind,
): LoggedAdvice | undefined {
  const { inUse } = explanationOf(reason, database);
  return inUse && { cause: inUse.cause, fix: `${inUse.fix} ${inUse.recovery}` };
}
