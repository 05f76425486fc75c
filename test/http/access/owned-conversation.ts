import { expect } from 'vitest';
import { startAccessServer, type AccessServer } from '../../support/access.ts';
import { said } from '../../support/chat-answers.ts';
import { startIssuer, type Issuer } from '../../support/issuer.ts';
import { startModelServer } from '../../support/model-server.ts';
import type { Target } from './operation-requests.ts';

/** A server that takes keys and tokens, with a conversation and responses of `ann` in the tenant `acme`. */
export interface OwnedConversation extends AsyncDisposable {
  readonly access: AccessServer;
  readonly issuer: Issuer;
  readonly target: Target;
  /** Fails unless all of the target is as it was created, and no request has reached a model since. */
  assertUnchanged(): Promise<void>;
}

export async function startOwnedConversation(): Promise<OwnedConversation> {
  await using stack = new AsyncDisposableStack();
  const issuer = stack.use(await startIssuer());
  const model = stack.use(await startModelServer(said('private answer')));
  const access = stack.use(
    await startAccessServer(
      `auth:\n  schemes: [keys, jwt]\n  jwt: { issuer: "${issuer.url}", audience: colloquy, claims: { tenant: org } }\n`,
      '--metrics',
      'on',
      '--model-url',
      model.url,
    ),
  );
  const owner = await access.key('ann', '--tenant', 'acme', '--team', 'core');
  const { body: conversation } = await access.call(owner, 'POST', '/v1/conversations', {
    metadata: { topic: 'secret' },
    items: [{ role: 'user', content: 'private words' }],
  });
  const respond = (body: object) =>
    access.call(owner, 'POST', '/v1/responses', { model: 'small', input: 'private', ...body });
  const { body: response } = await respond({ conversation: conversation.id });
  const { body: lone } = await respond({});
  const path = `/v1/conversations/${conversation.id}`;
  const paths = [
    path,
    `${path}/items?order=asc`,
    ...[response, lone].flatMap(({ id }) => [
      `/v1/responses/${id}`,
      `/v1/responses/${id}/input_items`,
    ]),
  ];
  const state = async (): Promise<unknown> => {
    const answers = await Promise.all(paths.map((each) => access.call(owner, 'GET', each)));
    return answers.map(({ status, body }) => ({ status, body }));
  };
  const created = await state();
  expect(created).toMatchObject(paths.map(() => ({ status: 200 })));
  const { body: items } = await access.call(owner, 'GET', `${path}/items?order=asc`);
  const target = {
    conversation: conversation.id,
    item: items.data[0]?.id ?? '',
    response: response.id,
    loneResponse: lone.id,
    loneItem: lone.output[0]?.id ?? '',
  };
  const requests = model.requests.length;
  const owned = stack.move();
  return {
    access,
    issuer,
    target,
    assertUnchanged: async () => {
      expect(await state()).toEqual(created);
      expect(model.requests, 'a stranger must not reach the model').toHaveLength(requests);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
