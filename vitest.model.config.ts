import { defineConfig } from 'vitest/config';

/** The tests against a real model server, which the first run downloads: `npm run test:model`. */
export default defineConfig({
  test: {
    globalSetup: ['test/model-real/global-setup.ts'],
    provide: { database: 'sqlite' },
    include: ['test/model-real/*.test.ts'],
    // A small model on a busy machine is slow.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 15_000 } },
    // One model server at a time.
    fileParallelism: false,
  },
});
