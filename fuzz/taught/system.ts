import { assertThat } from '../mismatch.ts';
import { isJsonObject } from '../../src/base/json-object.ts';
import type { PrivateOperation } from './operation.ts';

export const getPrincipal: PrivateOperation = {
  access: 'private',
  weight: 1,
  path: [],
  query: {},
  expect: () => true,
  accept: ({ body, caller }) => {
    if (body === undefined) return;
    const actions = isJsonObject(body) && Array.isArray(body['actions']) ? body['actions'] : [];
    assertThat(
      actions.includes('create') !== caller.isAuditor,
      () => 'a caller is told that it may do what it may not',
    );
  },
};
