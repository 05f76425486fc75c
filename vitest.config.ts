import { defineConfig } from 'vitest/config';

const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 15_000 } },
  // Files of one worker share the loaded program. Loading it again for each file takes half of the processor time.
  isolate: false,
};

export default defineConfig({
  test: {
    // Tests wait for processes, disks and clocks more than they compute.
    maxWorkers: '100%',
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
          ...common,
          name: 'console',
          include: ['test/console/**/*.test.ts'],
          globalSetup: ['test/console/support/build.ts'],
          provide: { database: 'sqlite' },
        },
      },
      {
        // One way through the console on the other database: lists, a search, the feed and a deletion.
        test: {
          ...common,
          name: 'console-postgres',
          include: ['test/console/prefix.test.ts'],
          globalSetup: ['test/console/support/build.ts'],
          provide: { database: 'postgres' },
        },
      },
    ],
  },
});
