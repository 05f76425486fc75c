import { BASE_URL } from './client.ts';
import { server } from './session.ts';

/** Checks whether the server asks its callers who they are. The official clients want a key anyway. */
export function asksForKey(): boolean {
  return (server.value?.authentication.schemes.length ?? 0) > 0;
}

/** Returns the first lines of a TypeScript program that calls this server. */
export function typescriptClient(): string {
  return `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: '${BASE_URL}',
  apiKey: ${asksForKey() ? 'process.env.COLLOQUY_KEY' : "'any'"},
});`;
}

/** Returns the first lines of a Python program that calls this server. */
export function pythonClient(): string {
  const key = asksForKey() ? 'os.environ["COLLOQUY_KEY"]' : '"any"';
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${BASE_URL}", api_key=${key})`;
}

/** Quotes a text for a shell, whatever is in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
