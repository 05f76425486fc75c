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

/** As those do who copy files with their times. */
function keepingTime(path: string, work: () => void): void {
  const { atime, mtime } = statSync(dirname(path));
  work();
  utimesSync(dirname(path), atime, mtime);
}

/** How, how long after the start in milliseconds, and what is done to the log at its path. */
const WAYS_TO_LOSE_THE_LOG: readonly (readonly [string, number, (path: string) => void])[] = [
  ['soon after the start', 0, (path: string) => rmSync(path)],
  ['when nothing has changed in its folder for long', 3_500, (path: string) => rmSync(path)],
  [
    'and its folder has its old time',
    3_500,
    (path: string) => keepingTime(path, () => rmSync(path)),
  ],
  [
    'for a copy of it, which gives its folder the old time',
    3_500,
    (path: string) =>
      keepingTime(path, () => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      }),
  ],
];

describe('a database file that goes away under the server', () => {
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
  ])('%s: writes are refused from then on, reads go on', async (_name, remove) => {
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
  });

  // Elsewhere nothing shows what a process has open.
  test.skipIf(process.platform !== 'linux')(
    'deleted: what the server still has open is a whole copy',
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

  test('renamed away and back: writes go on, and nothing is lost', async () => {
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
    // Sound: a list is what that answers.
    const { data } = (await response.json()) as { data: unknown[] };
    // What was refused is not there.
    expect(data).toHaveLength(kept.length);
  });

  test('renamed away: it has all that was acknowledged, without its log', async () => {
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
    'its log is taken away %s: writes are refused, and nothing is lost',
    async ([, ageMs, remove], { expect: check }) => {
      await using folder = await temporaryFolder();
      const path = folder.path('logless.db');
      let id: string;
      {
        await using server = await serve(path);
        id = await create(server);
        // A time that can be given back whole.
        const begun = Math.floor(Date.now() / 1000);
        utimesSync(folder.path('.'), begun, begun);
        await new Promise((resolve) => setTimeout(resolve, ageMs));
        // From here on, the folder is known.
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
