import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exportTo, importFrom } from '../support/archive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { newHidden, newResponse } from '../support/responses.ts';
import { everything, openOn } from '../support/store.ts';
import { KINDS, storedDatabase } from '../support/stored.ts';

const TOKENS = { inputTokens: 24, cachedTokens: 8, outputTokens: 5, reasoningTokens: 2 };
const USAGE = {
  input_tokens: 24,
  input_tokens_details: { cached_tokens: 8 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 2 },
};
const COLUMNS = ['input_tokens', 'cached_tokens', 'output_tokens', 'reasoning_tokens'];
/** Responses with usage, without it, and with a text that not every form of JSON takes. */
const DATA = [{ usage: USAGE, instructions: '\u0000' }, { usage: null }, {}];

/** Stores the responses, each in a conversation of its own. */
async function fill(url: string): Promise<void> {
  await using store = await openOn(url);
  for (const [index, data] of DATA.entries()) {
    const tokens = 'instructions' in data ? TOKENS : null;
    const response = newResponse(`resp_${index}`, { data: JSON.stringify(data), tokens });
    await store.responses.create({ ...newHidden(`c${index}`, response.id), response });
  }
}

async function sumsOf(url: string) {
  await using store = await openOn(url);
  const all = { tenant: 't', access: everything, metadata: [], limit: 10, after: undefined };
  return (await store.usage.sum({ ...all, groupBy: 'owner' })).entries;
}

const SUMS = [
  {
    group: 'o',
    conversations: 0,
    items: 0,
    bytes: 0,
    responses: 3,
    ...TOKENS,
    oldest: 7,
    newest: 7,
  },
];

test.each(KINDS)(
  'the migration to columns of tokens on %s takes them from the responses',
  async (kind) => {
    await using database = await storedDatabase(kind);
    await fill(database.url);
    await database.run('DROP INDEX responses_by_time');
    for (const column of COLUMNS) await database.run(`ALTER TABLE responses DROP COLUMN ${column}`);
    await database.run(`DELETE FROM schema_migrations WHERE name = 'usage'`);
    expect(await sumsOf(database.url)).toEqual(SUMS);
  },
);

test('the tokens of an archive that is older than their columns are those of the responses', async () => {
  await using folder = await temporaryFolder();
  const [from, to] = [`sqlite:${folder.path('from.db')}`, `sqlite:${folder.path('to.db')}`];
  await fill(from);
  const archive = folder.path('a.jsonl');
  await exportTo(from, archive);
  const pattern = new RegExp(`"(?:${COLUMNS.join('|')})":\\d+,`, 'g');
  const lines = readFileSync(archive, 'utf8').split('\n');
  const older = lines.map((line) =>
    line.replaceAll(pattern, (field, at: number) => (line.indexOf('"data"') > at ? '' : field)),
  );
  expect(older).not.toEqual(lines);
  writeFileSync(archive, older.join('\n'));
  await importFrom(archive, to);
  expect(await sumsOf(to)).toEqual(SUMS);
});
