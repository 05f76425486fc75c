import { OPERATOR_CODES } from '../../src/base/errors/operator-codes.ts';
import { code } from './markdown.ts';

/** Returns the Markdown of all codes of the operator, in alphabetical order. */
export function operatorErrors(): string {
  const entries = Object.entries(OPERATOR_CODES).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, { meaning, fix }]) => `- ${code(name)}: ${meaning} ${fix}`).join('\n');
}
