import { expect, test } from 'vitest';
import { createConversation, startAccessServer } from '../../support/access.ts';

const POLICY = `auth:
  schemes: [keys]
  access_policy:
    - forbid:
        actions: [create]
      unless: user with writer in roles
    - permit:
        actions: [create, read, update, delete]
      when: user is owner
    - permit:
        actions: [read]
      when: user in owners teams
      description: Teams read what their members write.
`;

test('the command policy check names the rule that decides, by line or description', async () => {
  await using access = await startAccessServer(POLICY);
  const ann = await access.key('ann', '--team', 'core', '--role', 'writer');
  const id = await createConversation(access, ann);
  const check = (...more: string[]) =>
    access.command('policy', 'check', '--action', 'read', '--conversation', id, ...more);
  expect(await check('--as', 'ann')).toMatch(/^yes: permit by the rule at .*line 7 of /);
  expect(await check('--as', 'rea', '--team', 'core')).toMatch(
    /^yes: .*Teams read what their members write\.$/,
  );
  expect(await check('--as', 'eve')).toBe('no: no rule matches.');
  expect(await check('--as', 'eve', '--tenant', 'x')).toMatch(/^no: the tenant x has no/);
  expect(await access.command('policy', 'check', '--as', 'eve', '--action', 'create')).toMatch(
    /^no: forbid by the rule at .*line 4 of /,
  );
});
