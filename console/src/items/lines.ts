import type { Item, Stub } from '../api/objects.ts';
import { bytes } from '../text/numbers.ts';
import { isStub } from './entry.ts';
import { contentText } from './content.ts';
import { fields, list, textOf, texts } from './fields.ts';

const LONGEST = 160;
/** Characters of a text that are read for it. */
const READ = 4000;

/** Returns the word for who or what made an item. */
export function roleOf(item: Item | Stub): string {
  const role = textOf((item as Item)['role']);
  if (item.type === 'message') return role === '' ? 'message' : role;
  if (item.type.endsWith('_output')) return 'output';
  if (/^mcp_|_call$|^program$/.test(item.type)) return 'tool';
  return item.type.replaceAll('_', ' ');
}

/** Returns an item in one line: the beginning of its text, or the name of its tool. */
export function lineOf(item: Item | Stub): string {
  if (isStub(item)) return `${item.type.replaceAll('_', ' ')} of ${bytes(item.bytes)}`;
  const line = textIn(item).slice(0, READ).replaceAll(/\s+/g, ' ').trim();
  if (line === '') return item.type.replaceAll('_', ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function textIn(item: Item): string {
  if (item.type === 'message') return partsText(item['content']);
  if (item.type === 'reasoning') return reasoningText(item);
  const { arguments: given, output } = item;
  if (output !== undefined && item.type.endsWith('_output')) {
    return typeof output === 'string' ? output : outputText(output);
  }
  return `${toolName(item)} ${textOf(given) || textOf(item['input']) || aboutOf(item)}`;
}

/** Returns what a call of a tool of no name is about: commands, queries, the path of a file, code. */
function aboutOf(item: Item): string {
  const [action, operation] = [fields(item['action']), fields(item['operation'])];
  const words = [
    ...[action['command'], action['commands'], action['queries'], item['queries']].flatMap(texts),
    ...[action['query'], action['url'], action['type'], operation['type'], operation['path']].map(
      textOf,
    ),
    textOf(item['code']),
  ];
  return [...new Set(words)].filter(Boolean).join(' ');
}

/** Returns the name of the tool that an item calls, or of its kind. */
export function toolName(item: Item): string {
  const name = textOf(item['name']);
  const server = textOf(item['server_label']);
  if (name !== '') return server === '' ? name : `${server}.${name}`;
  return item.type.replaceAll('_', ' ').replace(/ call$/, '');
}

/** Returns the name of a tool, cut for the head of a card. */
export function nameInHead(item: Item): string {
  return toolName(item).slice(0, 200);
}

/** Returns the texts of parts, or a text that stands in their place. */
function partsText(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((part) => textOf(part['text']) || textOf(part['refusal']) || `[${textOf(part['type'])}]`)
    .join('\n');
}

/** Returns the texts of an output that is not one text: of its parts, or what a shell has printed. */
function outputText(output: unknown): string {
  const parts = Array.isArray(output) ? list(output) : [fields(output)];
  return parts
    .map((part) => textOf(part['text']) || textOf(part['stdout']) || textOf(part['stderr']))
    .join('\n');
}

/** Returns the text of a summary or of the content of reasoning. */
export function reasoningText(item: Item): string {
  return contentText([...list(item['summary']), ...list(item['content'])]);
}
