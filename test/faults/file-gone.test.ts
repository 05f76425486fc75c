import {
  copyFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { serve, stop, type ServingProcess } from '../support/faulty.ts';
import { temporaryFolder } from '../support/folder.ts';
import { outcomeOf } from '../support/unavailable.ts';

const GONE = /"cause":"the database file is gone from its place","fix":"/;
const ITEMS = { items: [{ role: 'user' as const, content: 'kept' }] };

async function create(server: ServingProcess): Promise<string> {
  return (await server.client.conversations.create(ITEMS)).id;
}

async function assertReadable(server: ServingProcess, id: string): Promise<void> {
  expect((await server.client.conversations.items.list(id)).data).toHaveLength(1);
}

/** Restores the times of the folder after `work`, as programs that copy files with their times do. */
function keepingTime(path: string, work: () => void): void {
  const { atime, mtime } = statSync(dirname(path));
  work();
  utimesSync(dirname(path), atime, mtime);
}

/** Description, milliseconds after the start, and the change to the log at its path. */
const WAYS_TO_LOSE_THE_LOG: readonly (readonly [string, number, (path: string) => void])[] = [
  ['deleted soon after the start', 0, (path: string) => rmSync(path)],
  ['deleted long after the last change in its folder', 3_500, (path: string) => rmSync(path)],
  [
    'deleted, with the old time restored to its folder',
    3_500,
    (path: string) => keepingTime(path, () => rmSync(path)),
  ],
  [
    'replaced by a copy, with the old time restored to its folder',
    3_500,
    (path: string) =>
      keepingTime(path, () => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      }),
  ],
];

describe('A database file that is removed under a running server', () => {
  test.each([
    ['deleted', (path: string) => rmSync(path)],
    ['renamed away', (path: string) => renameSync(path, `${path}.old`)],
    [
      'replaced by a copy',
      (path: string) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
  ])(
    'A server whose database file is %s refuses writes, and serves reads',
    async (_name, remove) => {
      await using folder = await temporaryFolder();
      const path = folder.path('gone.db');
      await using server = await serve(path);
      const id = await create(server);
      remove(path);
      for (let n = 0; n < 3; n += 1) {
        expect(await outcomeOf(create(server))).toBe('refused');
      }
      expect(await outcomeOf(server.client.conversations.delete(id))).toBe('refused');
      await server.errorText(GONE);
      await assertReadable(server, id);
      expect(await server.vitals()).toEqual([200, 200]);
      expect(await stop(server)).toBe(0);
    },
  );

  // Only Linux lists the open files of a process as files.
  test.skipIf(process.platform !== 'linux')(
    'A deleted database file can be copied whole from the server that has it open',
    async () => {
      await using folder = await temporaryFolder();
      const path = folder.path('deleted.db');
      await using server = await serve(path);
      const id = await create(server);
      rmSync(path);
      expect(await outcomeOf(create(server))).toBe('refused');
      await expect.poll(() => folder.size('deleted.db-wal')).toBe(0);
      const descriptors = `/proc/${server.child.pid}/fd`;
      const open = readdirSync(descriptors).find(
        (name) => readlinkSync(`${descriptors}/${name}`) === `${path} (deleted)`,
      );
      copyFileSync(`${descriptors}/${open}`, folder.path('saved.db'));
      await using other = await serve(folder.path('saved.db'));
      await assertReadable(other, id);
      await create(other);
    },
  );

  test('A server whose database file is renamed and put back goes on, and loses no write', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('back.db');
    const kept: string[] = [];
    {
      await using server = await serve(path);
      kept.push(await create(server));
      renameSync(path, folder.path('elsewhere.db'));
      expect(await outcomeOf(create(server))).toBe('refused');
      renameSync(folder.path('elsewhere.db'), path);
      kept.push(await create(server));
      server.child.kill('SIGKILL');
      await server.finished();
    }
    await using server = await serve(path);
    for (const id of kept) await assertReadable(server, id);
    const response = await fetch(`${server.client.baseURL}/conversations`);
    // Sound: the answer is a list.
    const { data } = (await response.json()) as { data: unknown[] };
    expect(data, 'a refused write must not be stored').toHaveLength(kept.length);
  });

  test('A renamed database file has every answered write without its log', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('moved.db');
    let id: string;
    {
      await using server = await serve(path);
      id = await create(server);
      renameSync(path, folder.path('alone.db'));
      expect(await outcomeOf(create(server))).toBe('refused');
      await expect.poll(() => folder.size('moved.db-wal')).toBe(0);
      server.child.kill('SIGKILL');
      await server.finished();
    }
    await using server = await serve(folder.path('alone.db'));
    await assertReadable(server, id);
  });

  test.concurrent.for(WAYS_TO_LOSE_THE_LOG)(
    'A server whose log is %s refuses writes, and loses none',
    async ([, ageMs, remove], { expect: check }) => {
      await using folder = await temporaryFolder();
      const path = folder.path('logless.db');
      let id: string;
      {
        await using server = await serve(path);
        id = await create(server);
        // Whole seconds, which can be restored exactly.
        const begun = Math.floor(Date.now() / 1000);
        utimesSync(folder.path('.'), begun, begun);
        await new Promise((resolve) => setTimeout(resolve, ageMs));
        // From this write on, the server has recorded the state of the folder.
        await create(server);
        remove(`${path}-wal`);
        expect(await outcomeOf(create(server))).toBe('refused');
        await server.errorText(GONE);
        await check.poll(() => folder.size('logless.db')).toBeGreaterThan(4096);
        await assertReadable(server, id);
        server.child.kill('SIGKILL');
        await server.finished();
      }
      await using server = await serve(path);
      await assertReadable(server, id);
      await create(server);
    },
  );
});
