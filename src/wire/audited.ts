import { ApiError } from '../base/errors.ts';
import type { AuditedRequest, AuditTrail } from '../service/audit.ts';
import type { Call, Route } from './route.ts';

export interface Auditing {
  /** Undefined: nothing is recorded. */
  readonly audit: AuditTrail | undefined;
  /** Told of every failure that is the server's own, with the id that the caller was given. */
  readonly onServerError: (error: unknown, requestId: string) => void;
}

/** Runs the route's handler, with a record of it. */
export async function audited(
  route: Route,
  call: Call,
  requestId: string,
  { audit, onServerError }: Auditing,
): Promise<string | Buffer> {
  if (audit === undefined || route.actions === undefined) return route.handle(call);
  const request: AuditedRequest = {
    requestId,
    principal: call.principal,
    operation: route.operationId,
    actions: route.actions,
    conversationId: call.path['conversation_id'],
  };
  const decision = await audit.decision(request);
  const record = (status: number): void => {
    try {
      audit.record(request, decision, status);
    } catch (error) {
      // What is done is done, and its answer must say so; the log of failures gets what the trail could not.
      onServerError(
        new Error(`no audit line for ${request.operation}, answered ${status}`, { cause: error }),
        requestId,
      );
    }
  };
  try {
    const json = await route.handle(call);
    record(200);
    return json;
  } catch (error) {
    record(error instanceof ApiError ? error.status : 500);
    throw error;
  }
}
