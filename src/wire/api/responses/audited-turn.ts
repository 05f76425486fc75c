import { isJsonObject, type JsonObject } from '../../../base/json-object.ts';
import type { Audited } from '../../../service/audit.ts';
import type { Call } from '../../http/call.ts';
import { CREATION } from '../audited.ts';

/**
 * Returns what a request for a response demands. In a conversation it is an update, unless nothing is stored there. The
 * body is not checked yet: a field of another form names nothing.
 */
export function auditedTurn({ body }: Pick<Call, 'body'>): Audited {
  const {
    conversation,
    previous_response_id: previous,
    store,
  }: JsonObject = isJsonObject(body) ? body : {};
  const isStored = store !== false;
  const given = isJsonObject(conversation) ? conversation['id'] : conversation;
  const conversationId = idIn(given, 'conv');
  if (conversationId !== undefined) {
    const read = { action: 'read', conversationId } as const;
    return isStored
      ? {
          action: 'update',
          resource: conversationId,
          demands: [{ action: 'update', conversationId }, read],
        }
      : { action: 'create', resource: conversationId, demands: [{ action: 'create' }, read] };
  }
  const responseId = idIn(previous, 'resp');
  if (responseId === undefined) return CREATION;
  const read = { action: 'read', responseId } as const;
  const own = isStored
    ? ({ action: 'continue', responseId } as const)
    : { action: 'create' as const };
  return { action: 'create', resource: responseId, demands: [own, read] };
}

/** Returns what a request demands that has a model read, and stores nothing. */
export function auditedUse({ body }: Pick<Call, 'body'>): Audited {
  return auditedTurn({ body: { ...(isJsonObject(body) ? body : {}), store: false } });
}

/** Returns what a request demands that only counts what a model would read. */
export function auditedCount({ body }: Pick<Call, 'body'>): Audited {
  const { resource, demands } = auditedUse({ body });
  return { action: 'read', resource, demands: demands.filter(({ action }) => action === 'read') };
}

function idIn(value: unknown, prefix: string): string | undefined {
  return typeof value === 'string' && value.startsWith(prefix) ? value : undefined;
}
