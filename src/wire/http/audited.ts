import type { StopReason } from '../../observe/observer.ts';
import type { AuditedRequest, AuditTrail } from '../../service/audit.ts';
import type { Call } from './call.ts';
import type { Route } from './route.ts';

/** Records the end of an audited call: the status of its answer, or the reason for which it was stopped. */
export type RecordEnd = (end: number | StopReason) => void;

/**
 * Looks up the policy's decision on a call, and returns the function that records its end. `undefined` when the
 * route is not audited. To be called before the handler: a deletion leaves nothing to look up.
 */
export async function beginAudit(
  route: Route,
  call: Call,
  requestId: string,
  audit: AuditTrail,
): Promise<RecordEnd | undefined> {
  if (route.audited === undefined) return undefined;
  const request: AuditedRequest = {
    ...route.audited(call),
    requestId,
    principal: call.principal,
    operation: route.operationId,
  };
  const decision = await audit.decision(request);
  return (end) => audit.record(request, decision, end);
}
