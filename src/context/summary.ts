/** Summaries of what a model is no longer shown. */

import type { ContextItem } from '../model/port.ts';

const HEADING = 'Summary of the conversation so far:';

/** Shows a model the summary of earlier items. */
export function summaryMessage(summary: string): ContextItem {
  const text = `${HEADING}\n${summary}`;
  return { type: 'message', role: 'system', content: [{ type: 'input_text', text }] };
}

const REQUEST = `Summarise our conversation so far. The summary will replace it, so write down everything that is needed to go on: names, numbers, codes, preferences, decisions, results of tools, and what is still to be done. Copy names and numbers exactly. Write only the summary.`;

/** Asks a model for a summary of all that it was shown. */
export const SUMMARY_REQUEST: ContextItem = {
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: REQUEST }],
};
