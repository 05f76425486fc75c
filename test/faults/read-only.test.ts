import { describe, expect, test } from 'vitest';
import { CAN_MOUNT, smallDisk } from '../support/disk.ts';
import { CAN_FAIL, failingSystem } from '../support/failing-system.ts';
import { serve, stop } from '../support/faulty.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess } from '../support/process.ts';
import { outcomeOf } from '../support/unavailable.ts';

const ITEMS = { items: [{ role: 'user' as const, content: 'kept' }] };

// The library that makes system calls fail needs a C compiler.
describe.skipIf(!CAN_FAIL)('Failing disk (needs Linux and a C compiler)', () => {
  test.each([
    ['write', 'EROFS', /"cause":"the database cannot be written","fix":"Remount/],
    ['write', 'EIO', /"cause":"the disk does not answer as it should","fix":"Look into/],
    ['sync', 'EIO', /"cause":"the disk does not answer as it should","fix":"Look into/],
  ] as const)(
    'A server refuses writes while a %s fails with %s, and then recovers',
    async (call, error, line) => {
      await using folder = await temporaryFolder();
      const path = folder.path('faulty.db');
      const system = failingSystem(folder);
      const kept: string[] = [];
      {
        await using server = await serve(path, { environment: system.environment });
        const { client } = server;
        const create = async () => {
          const { id } = await client.conversations.create(ITEMS);
          kept.push(id);
        };
        await create();
        system.fail(call, error);
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcomeOf(create())));
        expect(new Set(outcomes)).toEqual(new Set(['refused']));
        await server.errorText(line);
        expect(await server.vitals()).toEqual([200, 200]);
        expect((await client.conversations.items.list(kept[0] ?? '')).data).toHaveLength(1);
        system.heal();
        expect(await outcomeOf(create())).toBe('done');
        system.fail(call, error);
        expect(await outcomeOf(create())).toBe('refused');
        server.child.kill('SIGKILL');
        await server.finished();
      }
      system.heal();
      await using server = await serve(path);
      for (const id of kept) {
        expect((await server.client.conversations.items.list(id)).data).toHaveLength(1);
      }
      expect(await outcomeOf(server.client.conversations.create(ITEMS))).toBe('done');
      expect(await stop(server)).toBe(0);
    },
  );
});

// Without `unshare` and user namespaces there is no volume that a test could remount.
describe.skipIf(!CAN_MOUNT)('Read-only volume (needs unshare and user namespaces)', () => {
  test('The kernel refuses to remount a volume read-only while a server uses it', async () => {
    await using disk = await smallDisk(8);
    await using server = await serve(disk.path('busy.db'), { through: disk.enter });
    expect(() => disk.run('mount -o remount,ro "$PWD"')).toThrow('busy');
    expect(await outcomeOf(server.client.conversations.create(ITEMS))).toBe('done');
  });

  test('A server refuses to start on a read-only volume or file, and starts when both can be written', async () => {
    await using disk = await smallDisk(8);
    const path = disk.path('mounted.db');
    const start = () => serve(path, { through: disk.enter });
    let id: string;
    {
      await using server = await start();
      ({ id } = await server.client.conversations.create(ITEMS));
      await stop(server);
    }
    const args = ['serve', '--port', '0', '--database-url', `sqlite:${path}`];
    const refused = async (): Promise<string> => {
      const { code, stderr } = await runProcess(args, { through: disk.enter });
      expect(code).toBe(1);
      return stderr;
    };
    disk.run('mount -o remount,ro "$PWD"');
    expect(await refused()).toMatch(/^colloquy: database_read_only: .*\n {2}fix: Mount the volume/);
    disk.run('mount -o remount,rw "$PWD"');
    disk.run('mount --bind mounted.db mounted.db && mount -o remount,bind,ro "$PWD/mounted.db"');
    expect(await refused()).toMatch(/^colloquy: database_read_only: .*\n {2}fix: Mount the volume/);
    disk.run('umount mounted.db');
    await using server = await start();
    expect((await server.client.conversations.items.list(id)).data).toHaveLength(1);
    expect(await outcomeOf(server.client.conversations.create(ITEMS))).toBe('done');
  });
});
