import { DEFAULT_TENANT } from '../options/authentication.ts';
import { ATTRIBUTE_NAMES, type AttributeName, type Attributes } from '../base/row-filter.ts';

/** Who is asking. The tenant is part of every key; the subject is one user or program inside it. */
export interface Principal {
  readonly tenant: string;
  readonly subject: string;
  /** The name under which it owns what it creates: the subject, or one user behind it. */
  readonly owner: string;
  readonly attributes: Attributes;
}

/**
 * The subject of everyone while no authentication is configured. What it owns belongs to nobody once
 * authentication is on: no authenticated principal may have this subject.
 */
export const UNOWNED = 'anonymous';

export const ANONYMOUS: Principal = {
  tenant: DEFAULT_TENANT,
  subject: UNOWNED,
  owner: UNOWNED,
  attributes: {},
};

/** A principal that owns under its own name. */
export function principalOf(tenant: string, subject: string, attributes: Attributes): Principal {
  return { tenant, subject, owner: subject, attributes };
}

/** The attributes that have values; those without are left out. */
export function attributesFrom(valuesOf: (name: AttributeName) => readonly string[]): Attributes {
  const lists = ATTRIBUTE_NAMES.map((name) => [name, valuesOf(name)] as const);
  return Object.fromEntries(lists.filter(([, values]) => values.length > 0));
}

const CONTROL_CHARACTER = /\p{Cc}/u;

/** Whether a text is one that every database keeps as it is: not empty, well-formed, without control characters. */
export function isPlainText(text: string): boolean {
  return text !== '' && text.isWellFormed() && !CONTROL_CHARACTER.test(text);
}

/** A tenant and an owner stand in one index entry, for which PostgreSQL has 2,704 bytes. */
const LONGEST_NAME = 256;

/** Whether a subject, tenant or attribute may be called so. */
export function isUsableName(name: string): boolean {
  return name.length <= LONGEST_NAME && isPlainText(name);
}

/** Whether somebody may be this subject of this tenant. */
export function isUsablePrincipal(tenant: string, subject: string): boolean {
  return isUsableName(tenant) && isUsableName(subject) && subject !== UNOWNED;
}
