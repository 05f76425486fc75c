import { expect } from 'vitest';
import { startAccessServer, type AccessServer } from '../../support/access.ts';
import { startIssuer, type Issuer } from '../../support/issuer.ts';
import type { Target } from './operation-requests.ts';

/** A server that takes keys and tokens, with one conversation of `ann` in the tenant `acme`. */
export interface OwnedConversation extends AsyncDisposable {
  readonly access: AccessServer;
  readonly issuer: Issuer;
  readonly target: Target;
  /** Fails unless the conversation and its item are as they were created. */
  assertUnchanged(): Promise<void>;
}

export async function startOwnedConversation(): Promise<OwnedConversation> {
  await using stack = new AsyncDisposableStack();
  const issuer = stack.use(await startIssuer());
  const access = stack.use(
    await startAccessServer(
      `auth:\n  schemes: [keys, jwt]\n  jwt: { issuer: "${issuer.url}", audience: colloquy, claims: { tenant: org } }\n`,
      '--metrics',
      'on',
    ),
  );
  const owner = await access.key('ann', '--tenant', 'acme', '--team', 'core');
  const { body: conversation } = await access.call(owner, 'POST', '/v1/conversations', {
    metadata: { topic: 'secret' },
    items: [{ role: 'user', content: 'private words' }],
  });
  const path = `/v1/conversations/${conversation.id}`;
  const { body: items } = await access.call(owner, 'GET', `${path}/items`);
  const target = { conversation: conversation.id, item: items.data[0]?.id ?? '' };
  const owned = stack.move();
  return {
    access,
    issuer,
    target,
    assertUnchanged: async () => {
      const found = await access.call(owner, 'GET', path);
      expect(found.body.metadata).toEqual({ topic: 'secret' });
      const { body } = await access.call(owner, 'GET', `${path}/items`);
      expect(body.data).toMatchObject([{ id: target.item, content: [{ text: 'private words' }] }]);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
