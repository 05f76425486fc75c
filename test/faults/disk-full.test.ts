import { describe, expect, test } from 'vitest';
import { CAN_MOUNT, smallDisk } from '../support/disk.ts';
import { serve, stop } from '../support/faulty.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess } from '../support/process.ts';
import { assertUnavailable, outcomeOf } from '../support/unavailable.ts';
import { keepWriting, verifyBook, type Book } from '../support/writers.ts';

const FULL = /"cause":"the disk is full","fix":"Free some space/;
const WRITERS = 6;
const MOST_REFUSED = 30;

const text = (kilobytes: number) => [
  { role: 'user' as const, content: 'x'.repeat(kilobytes * 1024) },
];

// Without `unshare` and user namespaces there is no disk that a test could fill.
describe.skipIf(!CAN_MOUNT)('Full disk (needs unshare and user namespaces)', () => {
  test('A server on a full disk refuses writes, serves reads, keeps every answered write, and recovers', async () => {
    await using disk = await smallDisk(8);
    const path = disk.path('full.db');
    const book: Book = new Map();
    const listed: string[] = [];
    {
      await using server = await serve(path, { through: disk.enter });
      const { client } = server;
      const create = (kilobytes: number) => client.conversations.create({ items: text(kilobytes) });
      const spare = await create(100);
      disk.run('head -c 4M /dev/zero > filler');
      let refused = 0;
      const writers = Array.from({ length: WRITERS }, (_, writer) =>
        keepWriting({
          client,
          writer,
          book,
          isOver: () => refused >= MOST_REFUSED,
          onFailure: (error) => {
            assertUnavailable(error);
            refused += 1;
          },
          alsoDo: async () => listed.push((await create(20)).id),
        }),
      );
      await Promise.all(writers);
      await server.errorText(FULL);
      expect(await server.vitals()).toEqual([200, 200]);
      expect(await verifyBook(client, book)).toBeGreaterThan(WRITERS);
      // A deletion needs room in the log too.
      expect(await outcomeOf(client.conversations.delete(spare.id))).toBe('refused');
      expect(await client.conversations.retrieve(spare.id)).toMatchObject({ id: spare.id });
      disk.run('rm filler');
      expect(await outcomeOf(client.conversations.delete(spare.id))).toBe('done');
      expect(await outcomeOf(create(100))).toBe('done');
      expect(await stop(server)).toBe(0);
    }
    // The server has folded the log into the file.
    expect(disk.run('ls')).toBe('full.db\n');
    await using server = await serve(path, { through: disk.enter });
    expect(await verifyBook(server.client, book)).toBeGreaterThan(WRITERS);
    for (const id of listed) await server.client.conversations.retrieve(id);
  });

  test('A server on a full disk recovers by itself if deletions have left room in the file', async () => {
    await using disk = await smallDisk(8);
    await using server = await serve(disk.path('roomy.db'), { through: disk.enter });
    const { client } = server;
    const create = () => outcomeOf(client.conversations.create({ items: text(500) }));
    const big = await client.conversations.create({ items: text(2_000) });
    await client.conversations.delete(big.id);
    await expect.poll(() => disk.run('stat -c %s roomy.db-wal')).toBe('0\n');
    // Room for one such conversation in the log, and not for a second one.
    disk.run('head -c $(( $(stat -f -c %a .) * 4096 - 800 * 1024 )) /dev/zero > filler');
    expect(await create()).toBe('done');
    expect(await create()).toBe('refused');
    await server.errorText(FULL);
    // The server has folded the log into the room inside the file.
    await expect.poll(create).toBe('done');
  });

  test('A server with its audit log on a full disk answers as before', async () => {
    await using disk = await smallDisk(1);
    await using folder = await temporaryFolder();
    disk.run('head -c 2M /dev/zero > filler 2>&1 || true');
    const settings = ['--audit-log', disk.path('audit.log'), '--auth', 'keys'];
    await using server = await serve(folder.path('a.db'), { through: disk.enter }, ...settings);
    const refused = Promise.resolve(server.client.conversations.create());
    await expect(refused).rejects.toMatchObject({ status: 401 });
    await server.errorText(FULL);
  });

  test('A server refuses to start on a full disk, and advises to free some space', async () => {
    await using disk = await smallDisk(1);
    disk.run('head -c 2M /dev/zero > filler 2>&1 || true');
    const url = `sqlite:${disk.path('new.db')}`;
    const args = ['serve', '--port', '0', '--database-url', url];
    const { code, stderr } = await runProcess(args, { through: disk.enter });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^colloquy: disk_full: .*\n {2}fix: Free some space/);
  });
});
