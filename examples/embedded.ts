/**
 * Colloquy in another program: first as a server, then as a store without HTTP.
 *
 *     npm install /path/to/colloquy-VERSION.tgz    # made by npm pack in the clone
 *     node embedded.ts ./app.db
 */

import {
  ALL,
  createServer,
  loadConfig,
  newId,
  openStore,
  parseItem,
  type Config,
  type RowFilter,
  type Store,
} from 'colloquy';

const TENANT = 'default';

/** Starts a server, creates a conversation over HTTP, and stops the server. */
async function serve(config: Config): Promise<string> {
  const server = await createServer(config, {
    log: { write: (line) => process.stderr.write(`log: ${line}`) },
    onServerError: (error, requestId) => console.error(`request ${requestId} failed`, error),
  });
  try {
    const url = await server.listen();
    const response = await fetch(`${url}/conversations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ items: [{ role: 'user', content: 'Hello over HTTP' }] }),
    });
    // Sound: a conversation. If it is an error instead, the output below shows that.
    const { id } = (await response.json()) as { id: string };
    return id;
  } finally {
    await server.close();
  }
}

/** Creates a conversation that belongs to `owner`. */
async function create(store: Store, owner: string): Promise<string> {
  const conversationId = newId('conv');
  const result = await store.conversations.create({
    tenant: TENANT,
    conversationId,
    owner,
    attributes: { teams: ['core'] },
    readable: { kind: 'owner', subject: owner },
    metadata: JSON.stringify({ topic: 'demo' }),
    createdAt: Date.now(),
    items: [],
  });
  if (result.refused !== undefined) throw new Error(`not created: ${result.refused}`);
  return conversationId;
}

/** Appends messages to a conversation that `access` matches. */
async function append(
  store: Store,
  conversationId: string,
  access: RowFilter,
  texts: readonly string[],
): Promise<void> {
  const items = texts.map((content, index) =>
    parseItem({ role: 'user', content }, `items[${index}]`),
  );
  const result = await store.conversations.appendItems({
    tenant: TENANT,
    conversationId,
    access,
    readable: access,
    items,
    createdAt: Date.now(),
  });
  if (result.refused !== undefined) throw new Error(`not appended: ${result.refused}`);
}

/** Prints the pages of a conversation that `access` matches. */
async function print(store: Store, conversationId: string, access: RowFilter): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const page = { limit: 100, order: 'asc' as const, after };
    const result = await store.conversations.listItems({
      tenant: TENANT,
      conversationId,
      access,
      page,
    });
    if (result.absent !== undefined) return console.log(`no ${result.absent} for this reader`);
    for (const { type, data } of result.page.entries) console.log(type, data);
    if (!result.page.hasMore) return;
    after = result.page.entries.at(-1)?.id;
  }
}

const config = await loadConfig({
  settings: { databaseUrl: `sqlite:${process.argv[2] ?? './embedded.db'}`, port: 0 },
});
const posted = await serve(config);
const store = await openStore(config.database);
try {
  const id = await create(store, 'ann');
  await append(store, id, { kind: 'owner', subject: 'ann' }, ['Hello', 'Are you there?']);
  await print(store, id, { kind: 'owner', subject: 'ann' });
  await print(store, id, { kind: 'owner', subject: 'ben' });
  await print(store, id, { kind: 'attribute', attribute: 'teams', values: ['core'] });
  await print(store, posted, ALL);
} finally {
  await store.close();
}
