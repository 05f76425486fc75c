import { defineConfig } from 'vitest/config';

/** The tests that a mutation of `base/`, `contract/` and `access/` should make fail: quick ones, without PostgreSQL. */
export default defineConfig({
  test: {
    provide: { database: 'sqlite' },
    include: [
      'src/**/*.test.ts',
      'test/http/{access,bad-input,conversations,items}/*.test.ts',
      'test/http/official-client.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
