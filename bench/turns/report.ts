/** Costs of turns: what the server adds to its model server. */

import { removeFolder } from '../targets.ts';
import type { ThroughputOptions } from '../throughput.ts';
import { backgroundStart } from './background.ts';
import { chain } from './chain.ts';
import { firstEvent, oldConversation } from './one-client.ts';
import { openStreams } from './open-streams.ts';
import { DRIP_EVERY_MS, DRIPS } from './shared.ts';
import { newTemplate } from './targets.ts';
import { toolRounds } from './tools.ts';
import { turnThroughput } from './throughput.ts';

/** Conversations that the turns use in turn: so many that a run adds few items to each. */
const CONVERSATIONS = 2_000;

const ROUNDS_PER_PAIR = 100;

const THROUGHPUT =
  'Turns with 100 items of history and an answer in 50 pieces. Core ms: time of a core that the server takes for a turn.';
const FIRST_EVENT =
  'Time until the first event with 100 items of history, one client, medians of requests to each server in turn:';
const BACKGROUND =
  'Time from a request until its model server is asked, and until its answer begins, 100 items of history, medians of one client:';
const OLD =
  'The tenth turn of new conversations, and turns after the thousandth of an old one, one after the other, 18 items of history each:';
const STREAMS = `1,000 turns at the same time, each with 100 items of history and ${DRIPS} pieces, one every ${DRIP_EVERY_MS / 1000} s:`;
const CHAIN =
  'A chain of `previous_response_id`s and a conversation, with the same turns one after the other:';

const TOOLS =
  'A turn with one call of an MCP server whose tools are listed already, one client, medians:';

export async function turnsReport(
  options: ThroughputOptions,
  log: (line: string) => void,
): Promise<string> {
  const many = await newTemplate(CONVERSATIONS);
  const empty = await newTemplate(0);
  const rounds = options.pairs * ROUNDS_PER_PAIR;
  try {
    const sections: (readonly [string, () => Promise<string>])[] = [
      [THROUGHPUT, () => turnThroughput(many, options, log)],
      [FIRST_EVENT, () => firstEvent(many, rounds)],
      [BACKGROUND, () => backgroundStart(many, rounds)],
      [OLD, () => oldConversation(empty, rounds / 5)],
      [STREAMS, () => openStreams(many)],
      [CHAIN, () => chain(empty, log)],
      [TOOLS, () => toolRounds(empty, rounds)],
    ];
    const texts: string[] = [];
    for (const [title, measured] of sections) {
      texts.push(title, await measured());
      log(`${title.slice(0, 60)}… done`);
    }
    return texts.join('\n\n');
  } finally {
    removeFolder(many.folder);
    removeFolder(empty.folder);
  }
}
