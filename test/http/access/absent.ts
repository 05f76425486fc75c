import { expect } from 'vitest';
import type { Answer } from '../../support/access.ts';
import type { OperationRequest, Target } from './operation-requests.ts';

/** Ids of things that do not exist. */
const ABSENT: Target = {
  conversation: `conv_${'0'.repeat(48)}`,
  item: `msg_${'0'.repeat(48)}`,
  response: `resp_${'0'.repeat(48)}`,
  loneResponse: `resp_${'1'.repeat(48)}`,
  loneItem: `msg_${'1'.repeat(48)}`,
};

// Sound: the keys of the type are all that the object has.
const NAMES = Object.keys(ABSENT) as readonly (keyof Target)[];

type Call = (method: string, path: string, body: unknown) => Promise<Answer>;

/** Fails unless a request about the target is answered as one about what does not exist. */
export async function assertAbsent(
  { method, path, body, status }: Omit<OperationRequest, 'name'>,
  target: Target,
  call: Call,
): Promise<void> {
  const real = await call(method, path(target), body(target));
  const absent = await call(method, path(ABSENT), body(ABSENT));
  expect(real.status).toBe(status);
  expect(real.status).toBe(absent.status);
  let anonymised = JSON.stringify(real.body);
  for (const name of NAMES) anonymised = anonymised.replaceAll(target[name], ABSENT[name]);
  expect(anonymised).toBe(JSON.stringify(absent.body));
}
