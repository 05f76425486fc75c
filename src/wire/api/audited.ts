/** What the audit trail records of operations that name what they are about in their path, or nothing. */

import type { Action } from '../../access/policy/rule.ts';
import type { Audited } from '../../service/audit.ts';
import type { Route } from '../http/route.ts';
import { conversationId } from './conversations/paths.ts';
import { responseId } from './responses/paths.ts';

type Auditing = NonNullable<Route['audited']>;
type Actions = readonly [OnConversation, ...OnConversation[]];
/** An action on a conversation that exists. */
type OnConversation = Exclude<Action, 'create'>;

export const CREATION: Audited = {
  action: 'create',
  resource: undefined,
  demands: [{ action: 'create' }],
};

/** For operations that make a conversation. */
export const creating: Auditing = () => CREATION;

/** For operations that copy the conversation of the path. */
export const forking: Auditing = (call) => {
  const id = conversationId(call);
  const demands = [{ action: 'create' }, { action: 'read', conversationId: id }] as const;
  return { action: 'create', resource: id, demands };
};

/** For lists, which have only what the caller may read. */
export const listing = (): Audited => ({ action: 'read', resource: undefined, demands: [] });

/** For exports, which have only what the caller may read, and are recorded. */
export const exporting = (): Audited => ({ ...listing(), isRecorded: true });

/** Returns what reading a conversation demands. */
export function readOf(conversationId: string): Audited {
  return {
    action: 'read',
    resource: conversationId,
    demands: [{ action: 'read', conversationId }],
  };
}

/** For operations on the conversation of the path, which demand these actions, their own first. */
export function onConversation(...actions: Actions): Auditing {
  return (call) => {
    const id = conversationId(call);
    const demands = actions.map((action) => ({ action, conversationId: id }));
    return { action: actions[0], resource: id, demands };
  };
}

/** For operations on the response of the path, which demand these actions on its conversation, their own first. */
export function onResponse(...actions: Actions): Auditing {
  return (call) => {
    const id = responseId(call);
    const demands = actions.map((action) => ({ action, responseId: id }));
    return { action: actions[0], resource: id, demands };
  };
}
