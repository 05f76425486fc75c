import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openConnection, type Connection } from '../../support/connection.ts';
import { chunk, startModelServer, type ScriptedModelServer } from '../../support/model-server.ts';
import { serveTurns, sqliteFile } from '../../support/process-turns.ts';

const READERS = 10;
const MB = 1024 * 1024;
/** More than the buffers of all sockets on the way hold. */
const MOST_WRITTEN = 48 * MB;

function residentBytes(pid: number | undefined): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Begins a turn, and reads nothing of the answer but what one packet brings. */
async function beginAndStall(url: string): Promise<Connection> {
  const connection = await openConnection(url);
  const body = JSON.stringify({ input: 'flood', stream: true });
  const head = [
    'POST /v1/responses HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  connection.socket.once('data', () => connection.socket.pause());
  connection.socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return connection;
}

/** Resolves with the bytes of the model server when it has come to a standstill. */
async function stalled(model: ScriptedModelServer): Promise<number> {
  for (let before = -1; ; before = model.written()) {
    if (model.written() === before && before > 0) return before;
    await sleep(500);
  }
}

test('Clients that do not read hold the model server back, and memory stays bounded', async () => {
  await using database = await sqliteFile();
  const text = chunk({ content: 'x'.repeat(4_000) });
  await using model = await startModelServer({ steps: [{ kind: 'flood', text }] });
  await using server = await serveTurns(database, model);
  const before = residentBytes(server.child.pid);
  using stack = new DisposableStack();
  for (let reader = 0; reader < READERS; reader += 1) {
    stack.use(await beginAndStall(server.client.baseURL));
    await expect.poll(() => model.requests.length).toBe(reader + 1);
    expect(await stalled(model)).toBeLessThan(MOST_WRITTEN);
  }
  expect(residentBytes(server.child.pid) - before).toBeLessThan(READERS * 32 * MB);
  expect(await server.vitals()).toEqual([200, 200]);
  stack.dispose();
  const gone = await Promise.all(model.requests.map(({ abandoned }) => abandoned));
  expect(gone).toEqual(model.requests.map(() => true));
  const statuses = () => database.run('SELECT DISTINCT status FROM responses');
  await expect.poll(statuses).toEqual([{ status: 'cancelled' }]);
  expect(await database.run('SELECT id FROM items')).toEqual([]);
});
