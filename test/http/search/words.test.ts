import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../support/server.ts';
import { highlighted, message, search } from '../../support/search.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** The texts that are searched, by a short name. */
const TEXTS = {
  empty: '',
  signs: '… — !',
  helm: 'Please run "helm rollback" on staging; the deployment failed.',
  helmet: 'A helmet is not a rollback, nor is a helm.',
  german: 'Größe, Straße und Übermut im Café Müller',
  greek: 'ΟΔΟΣ ΑΘΗΝΑΣ, όπως λέμε',
  turkish: 'İstanbul ve Iğdır',
  cyrillic: 'Ёлка и ещё один йогурт',
  arabic: 'السَّلَامُ عَلَيْكُم',
  hebrew: 'שָׁלוֹם עולם',
  hindi: 'हिन्दी में लिखा हुआ संदेश',
  japanese: '明日の天気は東京で晴れ、データは2026年のものです',
  halfWidth: 'ﾃﾞｰﾀ ＡＢＣ１２３',
  chinese: '人工智能正在改变世界',
  korean: '세계의 날씨를 알려줘',
  thai: 'น้ำดื่มสะอาด',
  code: 'const user_id = fetch("https://example.com/a-b?x=1"); // don’t',
  emoji: 'Ship it 🚀🚀 – v1.2.3-beta',
  syntax: 'NEAR(a b) AND OR NOT "x" col:y ^z & | ! <-> ()',
} as const;
type Name = keyof typeof TEXTS;
const NAMES = Object.keys(TEXTS) as Name[];

let conversationId: string;
beforeAll(async () => {
  const items = NAMES.map((name) => message('user', TEXTS[name]));
  conversationId = (await server.client.conversations.create({ items })).id;
});

/** Returns the names of the texts that a query finds, in their order. */
async function found(query: string): Promise<readonly (Name | undefined)[]> {
  const { data } = await search(server, query, { limit: 100 });
  expect(data.every((result) => result.conversation_id === conversationId)).toBe(true);
  return data.map(({ position }) => NAMES[position]).toReversed();
}

const CASES: readonly (readonly [query: string, names: readonly Name[]])[] = [
  ['helm', ['helm', 'helmet']],
  ['HELM rollback', ['helm', 'helmet']],
  ['"helm rollback"', ['helm']],
  ['"rollback helm"', []],
  ['helm-rollback', ['helm']],
  ['“helm rollback”', ['helm']],
  ['"helm rollback', ['helm']],
  ['helm*', ['helm', 'helmet']],
  ['helme*', ['helmet']],
  ['deploy* staging', ['helm']],
  ['"helm roll*"', []],
  ['helm-roll*', ['helm']],
  ['helm -staging', ['helmet']],
  ['helm -"helm rollback"', ['helmet']],
  ['helm -deploy*', ['helmet']],
  ['helm - staging', ['helm']],
  ['grosse', []],
  ['größe', ['german']],
  ['große', ['german']],
  ['groß*', ['german']],
  ['GRÖSSE', []],
  ['strasse', []],
  ['straße ubermut cafe', ['german']],
  ['ＣＡＦÉ', ['german']],
  ['οδος', ['greek']],
  ['αθηνας', ['greek']],
  ['istanbul', ['turkish']],
  ['елка еще', ['cyrillic']],
  ['السلام', ['arabic']],
  ['שלום', ['hebrew']],
  ['हिन्दी', ['hindi']],
  ['हन', []],
  ['天気', ['japanese']],
  ['気天', []],
  ['東京で', ['japanese']],
  ['2026年', ['japanese']],
  ['てんき', []],
  ['データ', ['japanese', 'halfWidth']],
  ['で晴', ['japanese']],
  ['て晴', []],
  ['abc123', ['halfWidth']],
  ['人工', ['chinese']],
  ['智能 世界', ['chinese']],
  ['工人', []],
  ['天気*', ['japanese']],
  ['세계', ['korean']],
  ['날씨', ['korean']],
  ['세계'.normalize('NFD'), ['korean']],
  ['น้ำ', ['thai']],
  ['สะอาด', ['thai']],
  ['user_id', ['code']],
  ['example.com', ['code']],
  ["don't", ['code']],
  ['v1.2.3', ['emoji']],
  ['🚀 ship', ['emoji']],
  ['near', ['syntax']],
  ['NEAR(a b)', ['syntax']],
  ['"x" AND col:y', ['syntax']],
  ['a & b | c', []],
  ["x' OR '1'='1", []],
  ['z:*', ['syntax']],
  ['\\"x\\"', ['syntax', 'code']],
  ['no%such_word', []],
];

test.each(CASES)('the query %s finds what has its words', async (query, names) => {
  expect(await found(query)).toEqual(NAMES.filter((name) => names.includes(name)));
});

test('a snippet highlights the found words, counted in code points', async () => {
  const { data } = await search(server, 'ship');
  expect(data[0]?.snippet.text).toBe(TEXTS.emoji);
  expect(data.flatMap(highlighted)).toEqual(['Ship']);
  expect((await search(server, '"v1.2.3"')).data.flatMap(highlighted)).toEqual(['v1.2.3']);
  expect((await search(server, '天気 データ')).data.flatMap(highlighted)).toEqual([
    '天気',
    'データ',
  ]);
  expect((await search(server, 'cafe')).data.flatMap(highlighted)).toEqual(['Café']);
});

test('a snippet of a long text is cut around the found word', async () => {
  const text = `${'lorem ipsum '.repeat(500)}needle${' dolor sit'.repeat(500)}`;
  const { id } = await server.client.conversations.create({ items: [message('user', text)] });
  const { data } = await search(server, 'needle', { filters: { conversation_id: id } });
  expect(data[0]?.snippet.text.length).toBeLessThan(300);
  expect(data.flatMap(highlighted)).toEqual(['needle']);
});
