import { BASE_URL } from './client.ts';
import { server } from './session.ts';

/** Checks whether clients send a key or a token. A gateway sends neither, and the official clients want one anyway. */
export function asksForKey(): boolean {
  const schemes = server.value?.authentication.schemes ?? [];
  return schemes.some((scheme) => scheme !== 'headers');
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
