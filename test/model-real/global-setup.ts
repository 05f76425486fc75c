import type { TestProject } from 'vitest/node';
import { PreparationError, prepareModel, type PreparedModel } from './prepare.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Model and server of `npm run test:model`; `null` where they cannot be had. */
    readonly preparedModel: PreparedModel | null;
  }
}

/** Prepares the model server once for the run. Where that is impossible, the tests are skipped, but not in CI. */
export async function setup(project: TestProject): Promise<void> {
  try {
    project.provide('preparedModel', await prepareModel());
  } catch (error) {
    const { CI = '' } = process.env;
    const isInCi = CI !== '' && CI !== 'false';
    if (isInCi || !(error instanceof PreparationError)) throw error;
    console.info(`${error.message}\nThe tests are skipped; with CI=true they would fail.`);
    project.provide('preparedModel', null);
  }
}
