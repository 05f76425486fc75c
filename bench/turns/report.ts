/** Costs of turns: what the server adds to its model server. */

import { removeFolder } from '../targets.ts';
import type { ThroughputOptions } from '../throughput.ts';
import { newTemplate } from './targets.ts';
import { turnThroughput } from './throughput.ts';

/** Conversations that the turns use in turn: so many that a run adds few items to each. */
const CONVERSATIONS = 1_000;

export async function turnsReport(
  options: ThroughputOptions,
  log: (line: string) => void,
): Promise<string> {
  const template = await newTemplate(CONVERSATIONS);
  try {
    return [await turnThroughput(template, options, log)].join('\n\n');
  } finally {
    removeFolder(template.folder);
  }
}
