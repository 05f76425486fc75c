import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of a PostgreSQL server for all tests of the run, as a superuser. */
    readonly postgresUrl: string;
    /** Database that the tests of HTTP run on. */
    readonly database: 'sqlite' | 'postgres';
  }
}

/** Starts PostgreSQL once for the run, unless `COLLOQUY_TEST_POSTGRES_URL` names one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['COLLOQUY_TEST_POSTGRES_URL'];
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given);
    return async () => undefined;
  }
  const server = await startPostgres();
  project.provide('postgresUrl', server.url);
  return async () => {
    await server[Symbol.asyncDispose]();
  };
}
