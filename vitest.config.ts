import { defineConfig } from 'vitest/config';

const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 15_000 } },
};

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      {
        test: {
          ...common,
          name: 'sqlite',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          // They download a model server: `npm run test:model`.
          exclude: ['test/model-real/**'],
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
    ],
  },
});
