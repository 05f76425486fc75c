import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { startProcess, urlOf } from '../support/process.ts';
import { message, type SearchAnswer } from '../support/search.ts';

const KILLS = 6;
const WRITERS = 4;

test('every answered item is found after kill -9 at any time of indexing', async () => {
  await using folder = await temporaryFolder();
  const args = ['serve', '--port', '0', '--database-url', `sqlite:${folder.path('kill.db')}`];
  const words: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await using server = startProcess(args);
    const url = urlOf(await server.firstLine());
    const client = new OpenAI({ baseURL: url, apiKey: 'any', maxRetries: 0 });
    let isDead = false;
    const write = async (writer: number): Promise<void> => {
      for (let count = 0; !isDead; count += 1) {
        const own = Array.from(
          { length: 5 },
          (_, index) => `word${kill}x${writer}x${count}x${index}`,
        );
        try {
          const items = own.map((word) => message('user', `common ${word}`));
          await client.conversations.create({ items });
          words.push(...own);
        } catch (error) {
          if (!(error instanceof OpenAI.APIConnectionError)) throw error;
          isDead = true;
        }
      }
    };
    // Searches make the index follow at once.
    const follow = async (): Promise<void> => {
      for (let answer: unknown = ''; answer !== undefined;) {
        answer = await find(url, 'common').catch(() => undefined);
      }
    };
    setTimeout(() => server.child.kill('SIGKILL'), 200 + Math.random() * 600);
    await Promise.all([follow(), ...Array.from({ length: WRITERS }, (_, writer) => write(writer))]);
    expect((await server.finished()).signal).toBe('SIGKILL');
  }
  await using server = startProcess(args);
  const url = urlOf(await server.firstLine());
  await expect.poll(async () => (await find(url, 'common')).complete).toBe(true);
  expect(words.length).toBeGreaterThan(KILLS);
  for (const word of words) {
    const { data } = await find(url, word);
    expect(data, `${word} must be found once`).toHaveLength(1);
  }
});

async function find(url: string, query: string): Promise<SearchAnswer> {
  const response = await fetch(`${url}/conversations/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  expect(response.status).toBe(200);
  // Sound: the answer of a search.
  return (await response.json()) as SearchAnswer;
}
