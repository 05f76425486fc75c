import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { expect, inject, test } from 'vitest';
import { startServer } from '../support/server.ts';

/** The name of the model. */
export const MODEL = 'smollm2';

const SCRIPT = fileURLToPath(new URL('serve.py', import.meta.url));
const TEMPLATE = fileURLToPath(new URL('chat.jinja', import.meta.url));

/** `test`, or a skipped one where the model server cannot be had. */
export const testWithModel = test.skipIf(inject('preparedModel') === null);

export interface RealModelServer extends AsyncDisposable {
  /** Base of the API, with `/v1`. */
  readonly url: string;
  /** Resolves when no request is being answered. */
  idle(): Promise<void>;
}

export interface RealModelOptions {
  /** Whether the model thinks before it answers. */
  readonly thinks?: boolean;
  /** Tokens of a request and its answer. */
  readonly contextTokens?: number;
}

/** Starts llama.cpp's server with a small model. */
export async function startRealModel({
  thinks = false,
  contextTokens = 2048,
}: RealModelOptions = {}): Promise<RealModelServer> {
  const prepared = inject('preparedModel');
  if (prepared === null) throw new Error('there is no model server to start');
  const child = spawn(
    prepared.python,
    [
      SCRIPT,
      `--weights=${prepared.weights}`,
      `--template=${TEMPLATE}`,
      `--alias=${MODEL}`,
      `--context=${contextTokens}`,
      '--slots=2',
      ...(thinks ? ['--thinks'] : []),
    ],
    // The script ends with its standard input, however this process ends.
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const closed = once(child, 'close');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-2_000);
  });
  const [url] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
    closed.then(() => {
      throw new Error(`the model server has ended: ${log}`);
    }),
  ]);
  return {
    url,
    idle: () =>
      expect
        .poll(() => busySlots(url), { message: 'The model server goes on.', timeout: 60_000 })
        .toBe(0),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

async function busySlots(url: string): Promise<number> {
  const slots = (await (await fetch(new URL('/slots', url))).json()) as {
    readonly is_processing: boolean;
  }[];
  return slots.filter(({ is_processing: isBusy }) => isBusy).length;
}

/** A server with the model server behind it, and the official client. */
export interface Colloquy extends AsyncDisposable {
  readonly url: string;
  readonly client: OpenAI;
}

/** Starts a server in front of a model server. Its client repeats nothing. */
export async function startInFront(
  model: RealModelServer,
  ...settings: readonly string[]
): Promise<Colloquy> {
  const { url, [Symbol.asyncDispose]: dispose } = await startServer(
    '--model-url',
    model.url,
    '--model-profile',
    'llama-cpp',
    ...settings,
  );
  const client = new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 });
  return { url, client, [Symbol.asyncDispose]: dispose };
}

/** Returns the types of the items of a conversation, in order. */
export async function typesIn(client: OpenAI, conversation: string): Promise<readonly string[]> {
  const items = await client.conversations.items.list(conversation, { order: 'asc' });
  return items.data.map(({ type }) => type);
}
