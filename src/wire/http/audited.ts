import { ApiError } from '../../contract/errors/registry.ts';
import type { AuditedRequest, AuditTrail } from '../../service/audit.ts';
import type { Call, Route } from './route.ts';

/** Runs the route's handler, with a record of it. */
export async function audited(
  route: Route,
  call: Call,
  requestId: string,
  audit: AuditTrail,
): Promise<string | Buffer> {
  if (route.actions === undefined) return route.handle(call);
  const request: AuditedRequest = {
    requestId,
    principal: call.principal,
    operation: route.operationId,
    actions: route.actions,
    conversationId: call.path['conversation_id'],
  };
  const decision = await audit.decision(request);
  try {
    const json = await route.handle(call);
    audit.record(request, decision, 200);
    return json;
  } catch (error) {
    audit.record(request, decision, error instanceof ApiError ? error.status : 500);
    throw error;
  }
}
