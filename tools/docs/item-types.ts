import { ITEM_DEFINITIONS } from '../../src/contract/items/table.ts';
import { asJsonSchema } from '../../src/contract/schema/schema.ts';
import { code, table } from './markdown.ts';

/** Returns the number of item types, a table of ids, and an example of each. */
export function itemTypes(): string {
  const rows = ITEM_DEFINITIONS.map(({ type, prefix, prefixEnforced, create }) => [
    code(type),
    code(prefix),
    prefixEnforced ? 'must begin with it' : 'may begin otherwise',
    asJsonSchema(create).required?.includes('id') === true ? 'required' : 'optional',
  ]);
  const examples = ITEM_DEFINITIONS.map(({ example }) => JSON.stringify(example));
  return [
    `${ITEM_DEFINITIONS.length} types are stored:`,
    table(['type', 'prefix of ids', "a caller's id", 'id in a request'], rows),
    'An example of each, as a client may send it:',
    `\`\`\`jsonl\n${examples.join('\n')}\n\`\`\``,
  ].join('\n\n');
}
