import type { Attributes } from '../base/row-filter.ts';

/** Who is asking. The tenant is part of every key; the subject is one user or program inside it. */
export interface Principal {
  readonly tenant: string;
  readonly subject: string;
  readonly attributes: Attributes;
}

/**
 * The subject of everyone while no authentication is configured. What it owns belongs to nobody once
 * authentication is on: no authenticated principal may have this subject.
 */
export const UNOWNED = 'anonymous';

export const ANONYMOUS: Principal = { tenant: 'default', subject: UNOWNED, attributes: {} };
