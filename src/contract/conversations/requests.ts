/** Turns the parsed JSON of request bodies into the input of operations. Each function throws an `ApiError`. */

import { Type } from 'typebox';
import type { ExpiryOptions } from '../../base/expiry.ts';
import {
  createConversationBody,
  createItemsBody,
  UpdateConversationBody,
  type Metadata,
} from './conversation.ts';
import { RepairConversationBody, type OpenCalls, type HistoryRule } from './health.ts';
import type { ItemContract } from '../items/contract.ts';
import type { ParsedItem } from '../items/parse.ts';
import { apiError } from '../errors/registry.ts';
import { bodyObject } from '../schema/body-object.ts';
import { validator } from '../schema/validate.ts';

export interface CreateConversationParams {
  readonly metadata: Metadata;
  /** `undefined` for what the rules of the tenant provide. */
  readonly expiresAfter: ExpiryOptions | undefined;
  readonly items: readonly ParsedItem[];
}

/** Returns a parser of the body that creates a conversation. An absent body creates an empty conversation. */
export function createConversationParser(
  contract: Pick<ItemContract, 'parse'>,
  maxItemsPerRequest: number,
): (body: unknown) => CreateConversationParams {
  const validate = validator(createConversationBody(Type.Unknown(), maxItemsPerRequest));
  return (body) => {
    const { metadata = {}, items = [], expires_after } = validate(bodyObject(body), '');
    return { metadata, expiresAfter: expires_after, items: parseItems(items, contract) };
  };
}

/** Returns a parser of the body that appends items. */
export function createItemsParser(
  contract: Pick<ItemContract, 'parse'>,
  maxItemsPerRequest: number,
): (body: unknown) => readonly ParsedItem[] {
  const validate = validator(createItemsBody(Type.Unknown(), maxItemsPerRequest));
  return (body) => parseItems(validate(bodyObject(body), '').items, contract);
}

const validateUpdate = validator(UpdateConversationBody);

export interface UpdateConversationParams {
  /** `undefined` to leave it as it is. */
  readonly metadata: Metadata | undefined;
  /** `undefined` to leave it as it is, null to take it off. */
  readonly expiresAfter: ExpiryOptions | null | undefined;
}

/** Returns the changes of a conversation; null in the body empties the metadata. One of the two must be there. */
export function parseUpdateConversation(body: unknown): UpdateConversationParams {
  const { metadata, expires_after: expiresAfter } = validateUpdate(bodyObject(body), '');
  if (metadata === undefined && expiresAfter === undefined) {
    throw apiError('empty_update');
  }
  return { metadata: metadata === null ? {} : metadata, expiresAfter };
}

const validateRepair = validator(RepairConversationBody);

export interface RepairConversationParams {
  /** Set to report the repairs without deleting anything. */
  readonly isDryRun: boolean;
  /** Rules whose findings are repaired; `undefined` for all. */
  readonly rules: readonly HistoryRule[] | undefined;
  readonly openCalls: OpenCalls;
}

/** Returns the options of a repair. An absent body has the defaults. */
export function parseRepairConversation(body: unknown): RepairConversationParams {
  const { dry_run, rules, open_calls } = validateRepair(bodyObject(body), '');
  return { isDryRun: dry_run ?? false, rules, openCalls: open_calls ?? 'answer' };
}

export function parseItems(
  items: readonly unknown[],
  { parse }: Pick<ItemContract, 'parse'>,
): readonly ParsedItem[] {
  return items.map((item, index) => parse(item, `items[${index}]`));
}
