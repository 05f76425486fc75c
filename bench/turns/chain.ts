/** A chain of responses, compared with a conversation of the same turns. */

import { DatabaseSync } from 'node:sqlite';
import { median, preparingClient } from '../measure.ts';
import { count, fixed, table } from '../report.ts';
import { responseId, TurnClient, wholeMs } from './client.ts';
import type { StreamedAnswer } from './stream-connection.ts';
import { startStub, startTurns, type Template, type TurnTarget } from './targets.ts';

const LENGTHS = [10, 1_000] as const;
/** Turns before, until most of the code is compiled. */
const WARM_UP = 500;
/** Turns around a length whose times count for it. */
const WINDOW = 20;

interface Added {
  readonly rows: number;
  readonly bytes: number;
}

/** What a turn of a chain and the same turn of a conversation have taken. */
interface Pair {
  readonly chainMs: number;
  readonly conversationMs: number;
}

/** Rows and bytes that the store has got from a turn of the chain, and from one of the conversation. */
interface Growth {
  readonly chain: Added;
  readonly conversation: Added;
}

export async function chain(template: Template, log: (line: string) => void): Promise<string> {
  await using stub = await startStub('at-once');
  await using target = await startTurns(template, stub);
  const client = await TurnClient.open(target);
  const { call, close } = preparingClient(target);
  const { id: conversation } = await call({
    method: 'POST',
    path: '/v1/conversations',
    body: '{}',
  });
  close();
  for (let n = 0; n < WARM_UP; n += 1) await client.turn({});
  let previous: string | undefined;
  const inChain = async (): Promise<StreamedAnswer> => {
    const answer = await client.turn(
      previous === undefined ? {} : { previous_response_id: previous },
    );
    previous = responseId(answer);
    return answer;
  };
  const inConversation = (): Promise<StreamedAnswer> => client.turn({ conversation });
  const pairs: Pair[] = [];
  const growths: Growth[] = [];
  const longest = LENGTHS[1] + WINDOW / 2;
  for (let n = 1; n <= longest; n += 1) {
    const isMeasured = LENGTHS.some((length) => length === n);
    const [before, chained] = [isMeasured && storedIn(target), await inChain()];
    const [between, own] = [isMeasured && storedIn(target), await inConversation()];
    pairs.push({ chainMs: wholeMs(chained), conversationMs: wholeMs(own) });
    if (before === false || between === false) continue;
    const growth = { chain: less(between, before), conversation: less(storedIn(target), between) };
    growths.push(growth);
    log(`chain: ${count(n)} responses`);
  }
  client.close();
  return table(
    [
      'length',
      'turn of the chain, ms',
      'turn of the conversation, ms',
      'ratio',
      'rows added',
      'bytes added',
      'rows, conversation',
      'bytes, conversation',
    ],
    LENGTHS.map((length, index) => rowOf(length, pairs, growths[index])),
  );
}

function rowOf(length: number, all: readonly Pair[], growth: Growth | undefined): string[] {
  const pairs = all.slice(Math.max(0, length - WINDOW / 2), length + WINDOW / 2);
  const { rows = Number.NaN, bytes = Number.NaN } = growth?.chain ?? {};
  const own = growth?.conversation;
  return [
    count(length),
    fixed(median(pairs.map(({ chainMs }) => chainMs))),
    fixed(median(pairs.map(({ conversationMs }) => conversationMs))),
    fixed(median(pairs.map(({ chainMs, conversationMs }) => chainMs / conversationMs))),
    count(rows),
    count(bytes),
    count(own?.rows ?? Number.NaN),
    count(own?.bytes ?? Number.NaN),
  ];
}

function less(after: Added, before: Added): Added {
  return { rows: after.rows - before.rows, bytes: after.bytes - before.bytes };
}

/** Counts all rows, and the bytes of their cells. */
function storedIn({ database: file }: TurnTarget): Added {
  using database = new DatabaseSync(file, { readOnly: true });
  const tables = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all();
  let [rows, bytes] = [0, 0];
  for (const { name } of tables) {
    const columns = database.prepare(`SELECT name FROM pragma_table_info(?)`).all(name ?? '');
    const size = columns.map((column) => `coalesce(octet_length("${String(column['name'])}"), 0)`);
    const row = database
      .prepare(
        `SELECT count(*) AS rows, coalesce(sum(${size.join(' + ')}), 0) AS bytes FROM "${String(name)}"`,
      )
      .get();
    rows += Number(row?.['rows']);
    bytes += Number(row?.['bytes']);
  }
  return { rows, bytes };
}
