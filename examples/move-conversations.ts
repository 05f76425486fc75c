/**
 * Copies conversations from one server of OpenAI's Conversations API to Colloquy. Items keep ids and order. Reads ids
 * of conversations from standard input, a line each, and writes `OLD-ID NEW-ID` to standard output. May be run again
 * at any time: nothing is copied twice.
 *
 *     export SOURCE_API_KEY=… TARGET_API_KEY=…
 *     node move-conversations.ts http://old:8321/v1 http://127.0.0.1:4141/v1 < ids.txt > moved.txt
 */

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import OpenAI from 'openai';

type Item = OpenAI.Conversations.ConversationItem;
type Conversation = OpenAI.Conversations.Conversation;
type Order = 'asc' | 'desc';

/** Key of metadata by which a second run recognises the copies of the first. */
const MARK = 'copied_from';
const MOST_PAIRS = 16;
/** OpenAI's own limit; a server with a larger limit accepts it too. */
const ITEMS_PER_REQUEST = 20;
const BYTES_PER_REQUEST = 8 * 1024 * 1024;

/** Fields that the API leaves out unless a request includes them. */
const HIDDEN: OpenAI.Responses.ResponseIncludable[] = [
  'file_search_call.results',
  'web_search_call.results',
  'web_search_call.action.sources',
  'code_interpreter_call.outputs',
  'computer_call_output.output.image_url',
  'message.input_image.image_url',
  'message.output_text.logprobs',
  'reasoning.encrypted_content',
];

/** Reason why a conversation is not copied. */
class Problem extends Error {}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'as-listed': { type: 'boolean' },
    'no-include': { type: 'boolean' },
    'page-size': { type: 'string', default: '100' },
    'rename-ids': { type: 'boolean' },
  },
});
const pageSize = Number(flags['page-size']);
const include = flags['no-include'] === true ? [] : HIDDEN;

/** Prefixes of ids, for the item types of which Colloquy refuses ids without the prefix. */
const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  function_call_output: 'fc',
  file_search_call: 'fs',
  web_search_call: 'ws',
  image_generation_call: 'ig',
  computer_call: 'cu',
  reasoning: 'rs',
  compaction: 'cmp',
  code_interpreter_call: 'ci',
  apply_patch_call: 'apc',
  mcp_list_tools: 'mcpl',
  mcp_approval_request: 'mcpr',
  mcp_call: 'mcp',
};

/** Returns the id of an item's copy: the same in every run, so that another run recognises the copy. */
function targetId({ id, type }: { readonly id: string; readonly type: string }): string {
  const prefix = PREFIXES[type] ?? '';
  return flags['rename-ids'] !== true || id.startsWith(prefix) ? id : `${prefix}_${id}`;
}

/** Reads all items in the order of the server's list, and describes what is wrong with that list. */
async function readItems(
  client: OpenAI,
  conversationId: string,
  order: Order,
  limit = 100,
): Promise<{ readonly items: ReadonlyMap<string, Item>; readonly doubt: string | undefined }> {
  const items = new Map<string, Item>();
  let doubt: string | undefined;
  let after: string | undefined;
  for (;;) {
    const query = { order, limit, ...(after !== undefined && { after }) };
    const page = await client.conversations.items.list(conversationId, {
      ...query,
      ...(include.length > 0 && { include }),
    });
    const known = items.size;
    for (const item of page.data) {
      const { id } = item;
      if (typeof id !== 'string') throw new Problem(`an item of type ${item.type} has no id`);
      if (items.has(id)) doubt = `it lists ${id} twice`;
      else items.set(id, item);
      after = id;
    }
    if (!page.has_more) return { items, doubt };
    if (items.size === known) return { items, doubt: 'its pages do not come to an end' };
  }
}

/**
 * Reads the items of a conversation in order. Items have no time of appending, so a wrong order shows only if the
 * list does not read the same backwards.
 */
async function readSource(source: OpenAI, conversationId: string): Promise<readonly Item[]> {
  const forwards = await readItems(source, conversationId, 'asc', pageSize);
  const backwards = await readItems(source, conversationId, 'desc', pageSize);
  const ids = [...forwards.items.keys()];
  const reversed = [...backwards.items.keys()].toReversed();
  const differs = ids.join() === reversed.join() ? undefined : 'its lists in both orders differ';
  const doubt = forwards.doubt ?? backwards.doubt ?? differs;
  if (doubt !== undefined && flags['as-listed'] !== true) {
    throw new Problem(`${doubt}; --as-listed copies what is listed nevertheless`);
  }
  // The order of the first list, followed by items that only the second list has.
  const all = new Map([...forwards.items, ...[...backwards.items].toReversed()]);
  return [...all].map(([id, item]) => ({ ...item, id: targetId({ id, type: item.type }) }));
}

async function findCopy(target: OpenAI, conversationId: string): Promise<string | undefined> {
  const query = { limit: 2, metadata: { [MARK]: conversationId } };
  const { data } = await target.get<{ data: Conversation[] }>('/conversations', { query });
  if (data.length > 1)
    throw new Problem(`there are several copies of it: ${data[0]?.id}, ${data[1]?.id}`);
  return data[0]?.id;
}

async function makeCopy(target: OpenAI, { id, metadata }: Conversation): Promise<string> {
  // Sound: the API's metadata is a map of texts; the client's type does not describe it.
  const pairs = (metadata ?? {}) as Record<string, string>;
  if (Object.keys(pairs).length >= MOST_PAIRS) {
    throw new Problem(`its metadata has no room for ${MARK}`);
  }
  // The client must not repeat it: the next run finds a creation with a lost answer.
  const body = { metadata: { ...pairs, [MARK]: id } };
  return (await target.conversations.create(body, { maxRetries: 0 })).id;
}

function* batches(items: readonly Item[]): Generator<readonly Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item));
    if (
      batch.length === ITEMS_PER_REQUEST ||
      (batch.length > 0 && bytes + size > BYTES_PER_REQUEST)
    ) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Copies the items that the copy lacks, and returns the copy's id. */
async function copy(source: OpenAI, target: OpenAI, conversationId: string): Promise<string> {
  const conversation = await source.conversations.retrieve(conversationId);
  const items = await readSource(source, conversationId);
  const copyId = (await findCopy(target, conversationId)) ?? (await makeCopy(target, conversation));
  const present = [...(await readItems(target, copyId, 'asc')).items.keys()];
  if (present.some((id, index) => id !== items[index]?.id)) {
    throw new Problem(`its copy ${copyId} has other items, or the same in another order`);
  }
  for (const batch of batches(items.slice(present.length))) {
    // Sound: a server of this API accepts the items that another one serves.
    const sent = batch as OpenAI.Responses.ResponseInputItem[];
    await target.conversations.items.create(copyId, { items: sent }, { maxRetries: 0 });
  }
  return copyId;
}

/** Copies all conversations. Reports the ones that cannot be copied, and continues. */
async function copyAll(source: OpenAI, target: OpenAI): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const id = line.trim();
    if (id === '') continue;
    try {
      console.log(`${id} ${await copy(source, target, id)}`);
    } catch (error) {
      const isItsOwn = error instanceof Problem || error instanceof OpenAI.APIError;
      if (!isItsOwn || error instanceof OpenAI.APIConnectionError) throw error;
      console.error(`${id} is not copied: ${error.message}`);
      process.exitCode = 1;
    }
  }
}

const [sourceUrl, targetUrl] = positionals;
if (sourceUrl === undefined || targetUrl === undefined) {
  console.error('Write: node move-conversations.ts SOURCE-URL TARGET-URL < ids.txt > moved.txt');
  process.exit(2);
}
const { SOURCE_API_KEY = 'none', TARGET_API_KEY = 'none' } = process.env;
try {
  await copyAll(
    new OpenAI({ baseURL: sourceUrl, apiKey: SOURCE_API_KEY }),
    new OpenAI({ baseURL: targetUrl, apiKey: TARGET_API_KEY }),
  );
} catch (error) {
  if (!(error instanceof OpenAI.APIConnectionError)) throw error;
  console.error('A server stopped answering. Run this again, with the same ids.');
  process.exit(1);
}
