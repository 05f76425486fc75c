import { invalidRequest } from './definition.ts';

/** Errors of expiry and erasure. */
export const RETENTION_ERRORS = {
  expired_already: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: () => "Invalid 'expires_after': the conversation would have expired already.",
    param: () => 'expires_after',
    cause: 'The days after the anchor are over: the conversation is older than that.',
    fix: 'Give it more days, or another anchor; delete it to be rid of it.',
  }),
  empty_update: invalidRequest({
    status: 400,
    code: 'missing_required_parameter',
    message: () => "Missing required parameter: 'metadata' or 'expires_after'.",
    param: () => 'metadata',
    cause: 'An update of a conversation changes neither its metadata nor its expiry.',
    fix: 'Send `metadata`, or `expires_after`, or both; `null` is a value of each.',
  }),
  empty_erasure_filter: invalidRequest({
    status: 400,
    code: 'missing_required_parameter',
    message: () => "Missing required parameter: 'metadata', 'owner' or 'conversation_ids'.",
    param: () => 'metadata',
    cause: 'An erasure names no metadata, no owner and no ids, and would match everything.',
    fix: 'Send `metadata` with a pair, `owner`, or `conversation_ids`; with several, all must match.',
  }),
};
