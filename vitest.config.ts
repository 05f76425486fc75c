import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 15_000 } },
  // Files of one worker share the loaded program. Loading it again for each file takes half of the processor time.
  isolate: false,
};

/** Settings of browser tests. On a busy machine a browser may be late, so that a failure in CI counts when it comes twice. */
const inBrowser = { ...common, retry: process.env['CI'] === 'true' ? 1 : 0 };

export default defineConfig({
  test: {
    // Tests wait for processes, disks and clocks more than they compute.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'sqlite',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          // They download a model server: `npm run test:model`.
          exclude: ['test/model-real/**', 'test/console/**'],
          provide: { database: 'sqlite' },
        },
      },
      {
        // The tests of HTTP run on both databases.
        test: {
          ...common,
          name: 'postgres',
          include: ['test/http/**/*.test.ts'],
          provide: { database: 'postgres' },
        },
      },
      {
        // These need the console built, and most of them a browser.
        test: {
          ...inBrowser,
          name: 'console',
          include: ['test/console/**/*.test.ts'],
          globalSetup: ['test/console/support/build.ts'],
          provide: { database: 'sqlite' },
        },
      },
      {
        // One way through the console on the other database: lists, a search, the feed and a deletion.
        test: {
          ...inBrowser,
          name: 'console-postgres',
          include: ['test/console/prefix.test.ts'],
          globalSetup: ['test/console/support/build.ts'],
          provide: { database: 'postgres' },
        },
      },
    ],
  },
});
