/**
 * A chat in the terminal that streams the answers. The server remembers the conversation: a later run continues it.
 *
 *     npm start -- --model-url http://127.0.0.1:11434/v1 --model-profile ollama    # in one terminal
 *     npm run chat                                                                 # in another
 *     npm run chat -- --conversation conv_…                                        # later
 *
 * `--url` names another server, `--model` one of its models; COLLOQUY_API_KEY is the key where it wants one.
 */

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import OpenAI from 'openai';

const { values: flags } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:4141/v1' },
    model: { type: 'string' },
    conversation: { type: 'string' },
  },
});
const client = new OpenAI({
  baseURL: flags.url,
  apiKey: process.env['COLLOQUY_API_KEY'] ?? 'any, while the server has no authentication',
});

/** Returns the model to talk to: the first one of the server unless a flag names another. */
async function findModel(): Promise<string> {
  if (flags.model !== undefined) return flags.model;
  const [first] = (await client.models.list()).data;
  if (first !== undefined) return first.id;
  console.error('The server has no model: docs/responses.md shows how to start it with one.');
  process.exit(1);
}

/** Sends what the user has written, and prints the answer while it is made. */
async function answer(model: string, conversation: string, input: string): Promise<void> {
  const events = await client.responses.create({ model, conversation, input, stream: true });
  for await (const event of events) {
    if (event.type === 'response.output_text.delta') process.stdout.write(event.delta);
    if (event.type === 'response.incomplete') process.stdout.write(' […]');
    if (event.type === 'response.failed') {
      process.stdout.write(event.response.error?.message ?? '(interrupted)');
    }
  }
  process.stdout.write('\n');
}

async function chat(): Promise<void> {
  const model = await findModel();
  const conversation = flags.conversation ?? (await client.conversations.create()).id;
  console.log(`${model}, ${conversation}. An empty line or Ctrl-D ends the chat.`);
  process.stdout.write('> ');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') break;
    await answer(model, conversation, line).catch((error: unknown) => {
      // The chat goes on after a request that was refused.
      if (!(error instanceof OpenAI.APIError)) throw error;
      console.log(error.message);
    });
    process.stdout.write('> ');
  }
}

try {
  await chat();
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.error(
    error instanceof OpenAI.APIConnectionError
      ? `No server answers at ${client.baseURL}. Start one with: npm start`
      : error.message,
  );
  process.exitCode = 1;
}
