/** Many streams that are open at the same time, each with a piece every second. */

import { median } from '../measure.ts';
import { count, fixed, table } from '../report.ts';
import { firstEventMs, TurnClient, wholeMs } from './client.ts';
import {
  startStub,
  startTurns,
  startTurnsFloor,
  type StartTurns,
  type Template,
} from './targets.ts';

const STREAMS = 1_000;
const SAMPLE_EVERY_MS = 100;

/** Reports the memory of the servers, and when the streams have ended: each in a conversation of its own. */
export async function openStreams(template: Template): Promise<string> {
  return table(
    [
      'server',
      'memory before, MB',
      'most memory, MB',
      'completed',
      'first event ms, median / last',
      'end s, first / median / last',
      'longest gap s',
    ],
    [
      ['Colloquy', ...(await streamsOf(startTurns, template))],
      ['floor', ...(await streamsOf(startTurnsFloor, template))],
    ],
  );
}

async function streamsOf(start: StartTurns, template: Template): Promise<readonly string[]> {
  await using stub = await startStub('dripping');
  await using target = await start(template, stub);
  const clients: TurnClient[] = [];
  for (let n = 0; n < STREAMS; n += 1) clients.push(await TurnClient.open(target));
  const before = target.memory();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, target.memory());
  }, SAMPLE_EVERY_MS);
  const results = await Promise.allSettled(
    clients.map((client, n) => client.turn({ conversation: template.conversations[n] ?? '' })),
  );
  clearInterval(sampling);
  for (const client of clients) client.close();
  const answers = results.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  const firsts = answers.map(firstEventMs);
  const ends = answers.map((answer) => wholeMs(answer) / 1000);
  const gaps = answers.map(({ longestGapMs }) => longestGapMs / 1000);
  return [
    fixed(before, 0),
    fixed(most, 0),
    `${count(answers.length)} of ${count(STREAMS)}`,
    `${count(median(firsts))} / ${count(Math.max(...firsts))}`,
    [Math.min(...ends), median(ends), Math.max(...ends)].map((s) => fixed(s, 1)).join(' / '),
    fixed(Math.max(...gaps), 1),
  ];
}
