/** The header that says what becomes of a turn that runs in the conversation of a request. */

import { Type } from 'typebox';
import { apiError } from '../../contract/errors/registry.ts';
import type { WhenBusy } from '../../service/responses/turns.ts';
import type { Call } from '../http/call.ts';
import type { Route } from '../http/route.ts';

const NAME = 'x-colloquy-when-busy';
const VALUES = ['wait', 'reject', 'interrupt'] as const satisfies readonly WhenBusy[];

/** Returns the header as a route declares it. */
export function whenBusyHeader(description: string): NonNullable<Route['headers']> {
  return { [NAME]: { description, schema: Type.Enum([...VALUES], { default: 'wait' }) } };
}

/** Returns the treatment that a request demands. Throws an `ApiError` for an unknown one. */
export function whenBusyOf(call: Pick<Call, 'header'>): WhenBusy {
  const value = call.header(NAME) ?? 'wait';
  const known = VALUES.find((candidate) => candidate === value);
  if (known !== undefined) return known;
  throw apiError('invalid_value', { param: NAME, value, supported: VALUES });
}
