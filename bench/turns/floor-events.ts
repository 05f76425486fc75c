/** The events of a turn as texts, the same bytes as the product's, in the cheapest way: each is one template. */

export interface FloorTurn {
  readonly responseId: string;
  readonly conversationId: string;
  readonly itemId: string;
  readonly createdAt: number;
  readonly model: string;
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

function frame(type: string, fields: string, sequenceNumber: number): string {
  return `event: ${type}\ndata: {"type":"${type}",${fields},"sequence_number":${sequenceNumber}}\n\n`;
}

interface Outcome {
  readonly status: string;
  readonly completedAt: string;
  readonly output: string;
  readonly tier: string;
  readonly usage: string;
}

function responseJson(turn: FloorTurn, outcome: Outcome): string {
  const { responseId, conversationId, createdAt, model } = turn;
  const { status, completedAt, output, tier, usage } = outcome;
  return `{"id":"${responseId}","object":"response","created_at":${seconds(createdAt)},"status":"${status}","access_programs":null,"background":false,"completed_at":${completedAt},"conversation":{"id":"${conversationId}"},"error":null,"frequency_penalty":0,"incomplete_details":null,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"model":"${model}","moderation":null,"output":[${output}],"parallel_tool_calls":true,"presence_penalty":0,"previous_response_id":null,"prompt_cache_key":null,"prompt_cache_options":null,"prompt_cache_retention":null,"reasoning":{"context":null,"effort":null,"summary":null},"safety_identifier":null,"service_tier":"${tier}","store":true,"temperature":1,"text":{"format":{"type":"text"},"verbosity":"medium"},"tool_choice":"auto","tools":[],"top_logprobs":0,"top_p":1,"truncation":"disabled","usage":${usage},"user":null,"metadata":{}}`;
}

/** Returns the events before the first piece. */
export function openingFrames(turn: FloorTurn): string {
  const { itemId } = turn;
  const unfinished = { status: 'in_progress', completedAt: 'null', output: '' };
  const response = responseJson(turn, { ...unfinished, tier: 'auto', usage: 'null' });
  const item = `{"id":"${itemId}","type":"message","status":"in_progress","content":[],"role":"assistant"}`;
  return (
    frame('response.created', `"response":${response}`, 0) +
    frame('response.in_progress', `"response":${response}`, 1) +
    frame('response.output_item.added', `"item":${item},"output_index":0`, 2) +
    frame(
      'response.content_part.added',
      `"content_index":0,"item_id":"${itemId}","output_index":0,"part":${partJson('""')}`,
      3,
    )
  );
}

export function deltaFrame({ itemId }: FloorTurn, piece: string, sequenceNumber: number): string {
  return `event: response.output_text.delta\ndata: {"type":"response.output_text.delta","content_index":0,"delta":${JSON.stringify(piece)},"item_id":"${itemId}","logprobs":[],"output_index":0,"sequence_number":${sequenceNumber}}\n\n`;
}

function partJson(text: string): string {
  return `{"type":"output_text","annotations":[],"logprobs":[],"text":${text}}`;
}

/** Returns the JSON of the answer's message. `text` is JSON too. */
export function itemJson({ itemId }: FloorTurn, text: string): string {
  return `{"id":"${itemId}","type":"message","status":"completed","content":[${partJson(text)}],"role":"assistant"}`;
}

/** Returns the events between the last piece and the commit. */
export function closingFrames(
  { itemId }: FloorTurn,
  { text, item }: { readonly text: string; readonly item: string },
  sequenceNumber: number,
): string {
  const where = `"content_index":0,"item_id":"${itemId}"`;
  return (
    frame(
      'response.output_text.done',
      `${where},"logprobs":[],"output_index":0,"text":${text}`,
      sequenceNumber,
    ) +
    frame(
      'response.content_part.done',
      `${where},"output_index":0,"part":${partJson(text)}`,
      sequenceNumber + 1,
    ) +
    frame('response.output_item.done', `"item":${item},"output_index":0`, sequenceNumber + 2)
  );
}

/** Tokens, as a Chat Completions server counts them. */
export interface FloorUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** Returns the JSON of the completed response; the stored one is without `output`. */
export function completedJson(turn: FloorTurn, usage: FloorUsage, output: string): string {
  const { prompt_tokens: input, completion_tokens: made, total_tokens: total } = usage;
  return responseJson(turn, {
    status: 'completed',
    completedAt: String(seconds(Date.now())),
    output,
    tier: 'default',
    usage: `{"input_tokens":${input},"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":${made},"output_tokens_details":{"reasoning_tokens":0},"total_tokens":${total}}`,
  });
}

export function completedFrame(response: string, sequenceNumber: number): string {
  return frame('response.completed', `"response":${response}`, sequenceNumber);
}
