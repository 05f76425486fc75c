/** Conditional requests by RFC 9110: the revision of a conversation as its entity tag. */

import { Type } from 'typebox';
import { parseEntityTags } from '../../../contract/schema/entity-tags.ts';
import type { Precondition } from '../../../service/conversations/preconditions.ts';
import type { Call } from '../../http/call.ts';
import type { Route } from '../../http/route.ts';

const IF_MATCH_NAME = 'If-Match';
const IF_NONE_MATCH_NAME = 'If-None-Match';
const REVISION = /^r(0|[1-9]\d{0,15})$/;

const tags = Type.Optional(Type.String());

/** The header of a write, as a route declares it. */
export const IF_MATCH: NonNullable<Route['headers']> = {
  [IF_MATCH_NAME]: {
    description:
      'The `etag` of the conversation as the caller has read it. When the conversation was changed since, nothing is done, and the answer is 412.',
    schema: tags,
  },
};

/** The header of a read, as a route declares it. */
export const IF_NONE_MATCH: NonNullable<Route['headers']> = {
  [IF_NONE_MATCH_NAME]: {
    description:
      'The `etag` of the conversation as the caller has read it. When the conversation was not changed since, the answer is 304, without a body.',
    schema: tags,
  },
};

type Headers = Pick<Call, 'header'>;

/** Returns what a write demands of its conversation; `undefined` without the header. Throws an `ApiError`. */
export function preconditionOf(call: Headers): Precondition | undefined {
  const given = tagsOf(call, IF_MATCH_NAME);
  if (given === undefined) return undefined;
  // The tags of revisions are strong, and a weak one equals none of them here.
  const strong = given === 'any' ? undefined : given.filter(({ isWeak }) => !isWeak);
  return { revisions: strong?.flatMap(({ text }) => revisionOf(text) ?? []) };
}

/** Checks whether a read is conditional. */
export function isConditional(call: Headers): boolean {
  return call.header(IF_NONE_MATCH_NAME.toLowerCase()) !== undefined;
}

/** Checks whether the caller of a read has this revision already. Weak tags count. Throws an `ApiError`. */
export function hasRevision(call: Headers, revision: number): boolean {
  const given = tagsOf(call, IF_NONE_MATCH_NAME);
  if (given === undefined) return false;
  return given === 'any' || given.some(({ text }) => revisionOf(text) === revision);
}

/** Adds the entity tag of a revision to the answer; none when the revision is not known. */
export function addEntityTag(call: Pick<Call, 'addHeader'>, revision: number | undefined): void {
  if (revision !== undefined) call.addHeader('etag', `"r${revision}"`);
}

function tagsOf(call: Headers, name: string) {
  const value = call.header(name.toLowerCase());
  return value === undefined ? undefined : parseEntityTags(value, name);
}

function revisionOf(text: string): number | undefined {
  const [, digits] = REVISION.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
