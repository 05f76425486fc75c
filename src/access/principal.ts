import { DEFAULT_TENANT } from '../options/authentication.ts';
import { ATTRIBUTE_NAMES, type AttributeName, type Attributes } from '../base/row-filter.ts';

/** The origin of a request. The tenant is part of every key; the subject is one user or program in it. */
export interface Principal {
  readonly tenant: string;
  readonly subject: string;
  /** The owner's name for what the principal creates: the subject, or one user of it. */
  readonly owner: string;
  readonly attributes: Attributes;
  /** The kind of the credentials that name the principal; left out where requests need none. */
  readonly credentials?: CredentialsKind;
}

/** The kind of a principal's credentials. */
export interface CredentialsKind {
  readonly scheme: 'keys' | 'jwt' | 'headers';
  /** Unix milliseconds; left out for credentials without an end. */
  readonly expiresAt?: number;
}

/**
 * The subject of every request while no authentication is configured. Once authentication is on, what it owns is out of
 * reach: no authenticated principal may have this subject.
 */
export const UNOWNED = 'anonymous';

export const ANONYMOUS: Principal = {
  tenant: DEFAULT_TENANT,
  subject: UNOWNED,
  owner: UNOWNED,
  attributes: {},
};

/** A principal that owns under its own name. */
export function principalOf(
  tenant: string,
  subject: string,
  attributes: Attributes,
  credentials: CredentialsKind,
): Principal {
  return { tenant, subject, owner: subject, attributes, credentials };
}

/** The attributes that have values; those without are left out. */
export function attributesFrom(valuesOf: (name: AttributeName) => readonly string[]): Attributes {
  const lists = ATTRIBUTE_NAMES.map((name) => [name, valuesOf(name)] as const);
  return Object.fromEntries(lists.filter(([, values]) => values.length > 0));
}

const CONTROL_CHARACTER = /\p{Cc}/u;

/** Checks that every database keeps a text unchanged: it is not empty, well-formed, and without control characters. */
export function isPlainText(text: string): boolean {
  return text !== '' && text.isWellFormed() && !CONTROL_CHARACTER.test(text);
}

/** A tenant and an owner stand in one index entry, for which PostgreSQL has 2,704 bytes. */
const LONGEST_NAME = 256;

/** Checks that a text may name a subject, a tenant or an attribute. */
export function isUsableName(name: string): boolean {
  return name.length <= LONGEST_NAME && isPlainText(name);
}

/** Checks that a principal may have this subject and this tenant. */
export function isUsablePrincipal(tenant: string, subject: string): boolean {
  return isUsableName(tenant) && isUsableName(subject) && subject !== UNOWNED;
}
