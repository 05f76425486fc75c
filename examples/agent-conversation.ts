/**
 * Replays a realistic conversation of an agent through OpenAI's own client and prints the transcript.
 *
 *     npm start                                    # in one terminal
 *     npm run example -- http://127.0.0.1:4141/v1  # in another
 */

import OpenAI from 'openai';

type Item = OpenAI.Conversations.ConversationItem;
type InputItem = OpenAI.Responses.ResponseInputItem;

const client = new OpenAI({
  baseURL: process.argv[2] ?? 'http://127.0.0.1:4141/v1',
  apiKey: 'any, while the server has no authentication',
});

/** Returns the id of a hosted tool's call, which the model server assigns. New ids let the example run again. */
let calls = 0;
const newCallId = (prefix: string): string =>
  `${prefix}_${Date.now().toString(16)}${(calls += 1).toString(16).padStart(4, '0')}`;

const approval = newCallId('mcpr');
const batches: InputItem[][] = [
  [
    {
      role: 'system',
      content: 'You plan weekend trips. Check the weather before you promise sun.',
    },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Somewhere like this, this Saturday, by train from Zürich?' },
        { type: 'input_image', image_url: 'https://example.com/lake.jpg', detail: 'auto' },
      ],
    },
  ],
  [
    {
      type: 'reasoning',
      id: newCallId('rs'),
      summary: [
        { type: 'summary_text', text: 'A mountain lake. Oeschinensee fits; check weather.' },
      ],
      encrypted_content: 'b3BhcXVl',
    },
    {
      type: 'function_call',
      call_id: 'call_weather',
      name: 'get_weather',
      arguments: JSON.stringify({ place: 'Kandersteg', day: 'Saturday' }),
    },
  ],
  [{ type: 'function_call_output', call_id: 'call_weather', output: '19 °C, sunny until four' }],
  [
    {
      type: 'web_search_call',
      id: newCallId('ws'),
      status: 'completed',
      action: {
        type: 'search',
        query: 'Oeschinensee cable car opening hours',
        sources: [{ type: 'url', url: 'https://example.com/oeschinensee' }],
      },
    },
    {
      type: 'mcp_approval_request',
      id: approval,
      server_label: 'timetable',
      name: 'connections',
      arguments: JSON.stringify({ from: 'Zürich HB', to: 'Kandersteg' }),
    },
  ],
  [{ type: 'mcp_approval_response', approval_request_id: approval, approve: true }],
  [
    {
      type: 'mcp_call',
      id: newCallId('mcp'),
      server_label: 'timetable',
      name: 'connections',
      arguments: JSON.stringify({ from: 'Zürich HB', to: 'Kandersteg' }),
      approval_request_id: approval,
      output: '07:32 to 09:42, one change in Bern',
    },
    {
      type: 'code_interpreter_call',
      id: newCallId('ci'),
      status: 'completed',
      container_id: 'cntr_1',
      code: 'print(2 * 57.0 * 0.5)',
      outputs: [{ type: 'logs', logs: '57.0' }],
    },
    {
      role: 'assistant',
      content: 'Oeschinensee: train at 07:32, there at 09:42, CHF 57 return. Sunny until four. 🏔️',
    },
  ],
];

/** Returns one line of the transcript. */
function lineOf(item: Item): string {
  switch (item.type) {
    case 'message':
      return `${item.role}: ${item.content.map(partText).join(' ')}`;
    case 'reasoning':
      return `(thinks) ${item.summary.map(({ text }) => text).join(' ')}`;
    case 'function_call':
      return `(calls) ${item.name} ${item.arguments}`;
    case 'function_call_output':
      return `(result) ${typeof item.output === 'string' ? item.output : '[parts]'}`;
    case 'web_search_call':
      return `(searches) ${item.action.type === 'search' ? item.action.query : item.action.type}`;
    case 'mcp_approval_request':
      return `(asks leave) ${item.server_label}.${item.name}`;
    case 'mcp_approval_response':
      return `(leave) ${item.approve ? 'given' : 'refused'}`;
    case 'mcp_call':
      return `(calls) ${item.server_label}.${item.name}: ${item.output}`;
    case 'code_interpreter_call':
      return `(runs) ${item.code}`;
    default:
      return `(${item.type})`;
  }
}

function partText(part: Extract<Item, { type: 'message' }>['content'][number]): string {
  if ('text' in part) return part.text;
  return part.type === 'input_image' ? `[image ${part.image_url}]` : `[${part.type}]`;
}

async function replay(): Promise<void> {
  const conversation = await client.conversations.create({ metadata: { example: 'weekend trip' } });
  for (const items of batches) await client.conversations.items.create(conversation.id, { items });
  console.log(`${conversation.id}, ${JSON.stringify(conversation.metadata)}\n`);
  for await (const item of client.conversations.items.list(conversation.id, { order: 'asc' })) {
    console.log(lineOf(item));
  }
}

try {
  await replay();
} catch (error) {
  if (!(error instanceof OpenAI.APIConnectionError)) throw error;
  console.error(`No server answers at ${client.baseURL}. Start one with: npm start`);
  process.exitCode = 1;
}
