/** Times of one client's turns: what the server adds to its model server, and what a long life adds to a turn. */

import { preparingClient, median } from '../measure.ts';
import { fixed, table } from '../report.ts';
import { assertSameEvents, firstEventMs, TurnClient, wholeMs } from './client.ts';
import { modelRequest } from './shared.ts';
import type { StreamedAnswer } from './stream-connection.ts';
import {
  ITEMS_EACH,
  startStub,
  startTurns,
  startTurnsFloor,
  TEXT,
  type Template,
} from './targets.ts';

const WARM_UP = 200;

/** Reports the time to the first event, of requests to the three servers in turn. */
export async function firstEvent(template: Template, rounds: number): Promise<string> {
  await using stub = await startStub('at-once');
  await using colloquy = await startTurns(template, stub);
  await using floor = await startTurnsFloor(template, stub);
  const [direct, ours, theirs] = await Promise.all(
    [stub, colloquy, floor].map((target) => TurnClient.open(target)),
  );
  if (direct === undefined || ours === undefined || theirs === undefined) throw new Error('none');
  const request = modelRequest(Array.from({ length: ITEMS_EACH }, () => TEXT));
  const answers: [StreamedAnswer, StreamedAnswer, StreamedAnswer][] = [];
  for (let n = 0; n < WARM_UP + rounds; n += 1) {
    const conversation = template.conversations[n % template.conversations.length] ?? '';
    const answer = await direct.stream(request);
    const floors = await theirs.turn({ conversation });
    const own = await ours.turn({ conversation });
    assertSameEvents(own, floors);
    if (n >= WARM_UP) answers.push([answer, floors, own]);
  }
  for (const client of [direct, ours, theirs]) client.close();
  const rowOf = (title: string, side: 0 | 1 | 2): string[] => {
    const times = answers.map((round) => round[side]);
    const added = answers.map((round) => firstEventMs(round[side]) - firstEventMs(round[0]));
    return [
      title,
      fixed(median(times.map(firstEventMs))),
      fixed(median(added)),
      fixed(median(times.map(wholeMs))),
    ];
  };
  return table(
    ['server', 'first event ms', 'added ms', 'whole turn ms'],
    [
      rowOf('the model server itself', 0),
      rowOf('through the floor', 1),
      rowOf('through Colloquy', 2),
    ],
  );
}

const EARLY = 10;
const LATE = 1_000;
/** Items that a conversation has before a measured turn: those of nine turns. */
const KEPT_ITEMS = 2 * (EARLY - 1);

/** A conversation of which the oldest items are deleted. */
interface Capped {
  readonly conversation: string;
  items: number;
}

/** Reports the tenth turn of new conversations, and turns after the thousandth of an old one, each after the other. */
export async function oldConversation(template: Template, rounds: number): Promise<string> {
  await using stub = await startStub('at-once');
  await using colloquy = await startTurns(template, stub);
  const client = await TurnClient.open(colloquy);
  const { call, close } = preparingClient(colloquy);
  const begin = async (): Promise<Capped> => {
    const { id } = await call({ method: 'POST', path: '/v1/conversations', body: '{}' });
    return { conversation: id, items: 0 };
  };
  const turnIn = async (capped: Capped): Promise<StreamedAnswer> => {
    const answer = await client.turn({ conversation: capped.conversation });
    capped.items += 2;
    if (capped.items <= KEPT_ITEMS) return answer;
    const path = `/v1/conversations/${capped.conversation}/items`;
    const { data } = await call({ method: 'GET', path: `${path}?order=asc&limit=2` });
    for (const { id } of data) await call({ method: 'DELETE', path: `${path}/${id}` });
    capped.items -= 2;
    return answer;
  };
  const old = await begin();
  for (let n = 1; n < LATE; n += 1) await turnIn(old);
  const times: [number, number][] = [];
  for (let n = 0; n < rounds; n += 1) {
    const young = await begin();
    for (let turn = 1; turn < EARLY; turn += 1) await turnIn(young);
    const early = wholeMs(await turnIn(young));
    times.push([early, wholeMs(await turnIn(old))]);
  }
  close();
  client.close();
  return turnsTable(`turn ${EARLY}`, `turn ${LATE} and later`, times);
}

/** Returns a table of two kinds of turns that were measured in pairs. */
function turnsTable(
  first: string,
  second: string,
  times: readonly (readonly [number, number])[],
): string {
  return table(
    [`${first}, ms`, `${second}, ms`, 'ratio'],
    [
      [
        fixed(median(times.map(([early]) => early))),
        fixed(median(times.map(([, late]) => late))),
        fixed(median(times.map(([early, late]) => late / early))),
      ],
    ],
  );
}
