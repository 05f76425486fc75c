import { echo, elided, invalidRequest, listed } from './definition.ts';

/** A limit of a parameter, and the size that was found instead. */
export interface Excess {
  param: string;
  limit: number;
  found: number;
}

/** Errors of parameters and values, in the query and in the body. */
export const VALUE_ERRORS = {
  missing_required_parameter: invalidRequest({
    status: 400,
    code: 'missing_required_parameter',
    message: (d: { param: string }) => `Missing required parameter: '${echo(d.param)}'.`,
    param: (d) => d.param,
    cause: 'A field that this body or item needs is absent.',
    fix: 'Add the field that `param` names. Items of hosted tools need their `id`.',
  }),
  unknown_parameter: invalidRequest({
    status: 400,
    code: 'unknown_parameter',
    message: (d: { param: string; nearest?: string | undefined }) =>
      `Unknown parameter: '${echo(d.param)}'.${
        d.nearest === undefined ? '' : ` Did you mean '${d.nearest}'?`
      }`,
    param: (d) => d.param,
    cause:
      'The query or the body has a parameter that the operation does not take. The question is left out when no known name is similar.',
    fix: 'Correct the name, or leave it out. Unknown fields inside items are kept and are not an error.',
  }),
  mutually_exclusive_parameters: invalidRequest({
    status: 400,
    code: 'mutually_exclusive_parameters',
    message: (d: { first: string; second: string }) =>
      `Mutually exclusive parameters: '${d.first}' and '${d.second}'. Ensure you are only providing one of them.`,
    cause: 'A list was requested with two places at which to begin, such as `after` and `before`.',
    fix: 'Send one of them.',
  }),
  invalid_type: invalidRequest({
    status: 400,
    code: 'invalid_type',
    message: (d: { param: string; expected: string; found: string }) =>
      `Invalid type for '${echo(d.param)}': expected ${d.expected}, but got ${d.found} instead.`,
    param: (d) => d.param,
    cause: 'A value has another JSON type than its field.',
    fix: 'Send what the sentence expects at the place that `param` names.',
  }),
  invalid_value: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string; value: string; supported: readonly string[] }) =>
      `Invalid value: '${echo(d.value)}'. Supported values are: ${listed(d.supported)}.`,
    param: (d) => d.param,
    cause: 'A value is not one of those that the field takes; often an item type or a role.',
    fix: 'Use one of those that the sentence lists.',
  }),
  string_above_max_length: invalidRequest({
    status: 400,
    code: 'string_above_max_length',
    message: (d: Excess) =>
      `Invalid '${echo(d.param)}': string too long. Expected a string with maximum length ${d.limit}, but got a string with length ${d.found} instead.`,
    param: (d) => d.param,
    cause: 'A text is longer than the field may be, in code points.',
    fix: 'Shorten it; [compatibility.md](compatibility.md#limits) has the limits.',
  }),
  empty_string: invalidRequest({
    status: 400,
    code: 'empty_string',
    message: (d: { param: string }) =>
      `Invalid '${echo(d.param)}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
    param: (d) => d.param,
    cause: 'A text that must not be empty is empty.',
    fix: 'Send at least one character, or leave an optional field out.',
  }),
  array_above_max_length: invalidRequest({
    status: 400,
    code: 'array_above_max_length',
    message: (d: Excess) =>
      `Invalid '${d.param}': array too long. Expected an array with maximum length ${d.limit}, but got an array with length ${d.found} instead.`,
    param: (d) => d.param,
    cause: 'A list has too many entries; for `items` more than `--max-items-per-request`.',
    fix: 'Send several requests, or raise the setting.',
  }),
  object_above_max_properties: invalidRequest({
    status: 400,
    code: 'object_above_max_properties',
    message: (d: Excess) =>
      `Invalid '${d.param}': too many properties. Expected an object with at most ${d.limit} properties, but got an object with ${d.found} properties instead.`,
    param: (d) => d.param,
    cause: 'A map has too many entries; for `metadata` more than 16.',
    fix: 'Join some of them, or keep them elsewhere.',
  }),
  property_name_above_max_length: invalidRequest({
    status: 400,
    code: 'property_name_above_max_length',
    message: (d: Excess & { name: string }) =>
      `Invalid property name in '${d.param}': '${elided(d.name)}' is too long. Expected a string with maximum length ${d.limit}, but got a string with length ${d.found} instead.`,
    param: (d) => `${d.param}.${d.name}`,
    cause: 'A key of `metadata` is longer than 64 characters.',
    fix: 'Shorten it.',
  }),
  integer_below_min_value: invalidRequest({
    status: 400,
    code: 'integer_below_min_value',
    message: (d: { param: string; limit: number; found: string }) =>
      `Invalid '${d.param}': integer below minimum value. Expected a value >= ${d.limit}, but got ${echo(d.found)} instead.`,
    param: (d) => d.param,
    cause: 'A number is too small, such as a `limit` of 0.',
    fix: 'Send at least the minimum that the sentence names.',
  }),
  integer_above_max_value: invalidRequest({
    status: 400,
    code: 'integer_above_max_value',
    message: (d: { param: string; limit: number; found: string }) =>
      `Invalid '${d.param}': integer above maximum value. Expected a value <= ${d.limit}, but got ${echo(d.found)} instead.`,
    param: (d) => d.param,
    cause: 'A number is too large, such as a `limit` above `--max-page-size`.',
    fix: 'Request smaller pages and follow `has_more`, or raise the setting.',
  }),
  time_in_milliseconds: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string; value: number }) =>
      `Invalid '${d.param}': ${d.value} is a time in milliseconds. Expected Unix seconds.`,
    param: (d) => d.param,
    cause: 'A time has three digits too many, as `Date.now()` of JavaScript returns it.',
    fix: 'Divide it by 1,000.',
  }),
  decimal_below_min_value: invalidRequest({
    status: 400,
    code: 'decimal_below_min_value',
    message: (d: { param: string; limit: number; found: string }) =>
      `Invalid '${d.param}': decimal below minimum value. Expected a value >= ${d.limit}, but got ${echo(d.found)} instead.`,
    param: (d) => d.param,
    cause: 'A number is too small, such as a `temperature` below 0.',
    fix: 'Send at least the minimum that the sentence names.',
  }),
  decimal_above_max_value: invalidRequest({
    status: 400,
    code: 'decimal_above_max_value',
    message: (d: { param: string; limit: number; found: string }) =>
      `Invalid '${d.param}': decimal above maximum value. Expected a value <= ${d.limit}, but got ${echo(d.found)} instead.`,
    param: (d) => d.param,
    cause: 'A number is too large, such as a `temperature` above 2.',
    fix: 'Send at most the maximum that the sentence names.',
  }),
};
