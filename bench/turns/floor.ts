/**
 * Floor of turns: bare `node:http` and `node:sqlite`. It takes the turn, reads the history, sends it to the model
 * server, relays the answer, and commits the rows of the product. It has no checks and no access control.
 * `node bench/turns/floor.ts FILE MODEL_URL`
 */

import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { openFloorDatabase } from '../floor-database.ts';
import { newId } from '../floor-http.ts';
import { listen } from '../listen.ts';
import {
  closingFrames,
  completedFrame,
  completedJson,
  deltaFrame,
  itemJson,
  openingFrames,
  type FloorTurn,
  type FloorUsage,
} from './floor-events.ts';

const [file = ':memory:', modelUrl = ''] = process.argv.slice(2);
const { database, write } = openFloorDatabase(file);

const LEASE_MS = 15_000;
const takeTurn = database.prepare(`INSERT INTO turns VALUES ('default', ?, ?, ?)`);
const giveBack = database.prepare(
  `DELETE FROM turns WHERE tenant = 'default' AND conversation_id = ? AND token = ?`,
);
const selectHistory = database.prepare(
  `SELECT data FROM items WHERE tenant = 'default' AND conversation_id = ? ORDER BY position`,
);
const reserve = database.prepare(
  `UPDATE conversations SET next_position = next_position + 2 WHERE tenant = 'default' AND id = ? RETURNING next_position`,
);
const insertItem = database.prepare(
  `INSERT INTO items VALUES ('default', ?, ?, ?, 'message', ?, ?)`,
);
const insertResponse = database.prepare(
  `INSERT INTO responses (tenant, conversation_id, id, created_at, status, first_output, end_position, data)
    VALUES ('default', ?, ?, ?, 'completed', ?, ?, ?)`,
);
selectHistory.setReturnArrays(true);
reserve.setReturnArrays(true);

const agent = new Agent({ keepAlive: true });

interface TurnRequest {
  readonly conversation: string;
  readonly input: string;
  readonly model: string;
}

/** A stored message, and a chunk of the stub's stream. Sound: nothing else is stored, and nothing else is sent. */
interface StoredMessage {
  readonly role: string;
  readonly content: readonly [{ readonly text: string }];
}
interface Chunk {
  readonly choices: readonly [{ readonly delta: { readonly content?: string } }?];
  readonly usage?: FloorUsage;
}

function modelBody({ conversation, input, model }: TurnRequest): string {
  const rows = selectHistory.all(conversation) as unknown as [string][];
  const history = JSON.parse(`[${rows.join(',')}]`) as StoredMessage[];
  const messages: object[] = history.map(({ role, content: [{ text }] }) => ({
    role,
    content: text,
  }));
  messages.push({ role: 'user', content: input });
  return JSON.stringify({ model, stream: true, stream_options: { include_usage: true }, messages });
}

function askModel(body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    };
    const sent = httpRequest(`${modelUrl}/chat/completions`, { method: 'POST', headers, agent });
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(body);
  });
}

interface Relayed {
  readonly text: string;
  readonly usage: FloorUsage;
  readonly sequenceNumber: number;
}

/** Writes an event for each piece of the answer, one text for all pieces that have arrived together. */
function relay(
  answer: IncomingMessage,
  turn: FloorTurn,
  response: ServerResponse,
): Promise<Relayed> {
  return new Promise((resolve, reject) => {
    let rest = '';
    let text = '';
    let usage: FloorUsage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    let sequenceNumber = 4;
    const take = (received: string): void => {
      const events = (rest + received).split('\n\n');
      rest = events.pop() ?? '';
      let frames = '';
      for (const event of events) {
        if (event === 'data: [DONE]') break;
        const chunk = JSON.parse(event.slice('data: '.length)) as Chunk;
        usage = chunk.usage ?? usage;
        const piece = chunk.choices[0]?.delta.content ?? '';
        if (piece === '') continue;
        text += piece;
        frames += deltaFrame(turn, piece, sequenceNumber);
        sequenceNumber += 1;
      }
      if (frames !== '') response.write(frames);
    };
    answer.setEncoding('utf8');
    answer.on('readable', () => {
      const received = answer.read() as string | null;
      if (received !== null) take(received);
    });
    answer.once('end', () => resolve({ text, usage, sequenceNumber }));
    answer.once('error', reject);
  });
}

async function answerTurn(request: TurnRequest, response: ServerResponse): Promise<void> {
  const { conversation, input, model } = request;
  const token = newId('turn');
  await write(() => void takeTurn.run(conversation, token, Date.now() + LEASE_MS));
  const inputId = newId('msg');
  const answer = await askModel(modelBody(request));
  const turn: FloorTurn = {
    responseId: newId('resp'),
    conversationId: conversation,
    itemId: newId('msg'),
    createdAt: Date.now(),
    model,
  };
  response.writeHead(200, ['content-type', 'text/event-stream; charset=utf-8']);
  response.write(openingFrames(turn));
  const { text, usage, sequenceNumber } = await relay(answer, turn, response);
  const textJson = JSON.stringify(text);
  const item = itemJson(turn, textJson);
  response.write(closingFrames(turn, { text: textJson, item }, sequenceNumber));
  const inputItem = `{"id":"${inputId}","type":"message","status":"completed","content":[{"type":"input_text","text":${JSON.stringify(input)}}],"role":"user"}`;
  const { responseId, createdAt, itemId } = turn;
  await write(() => {
    const [next] = reserve.get(conversation) as unknown as [number];
    const stored = completedJson(turn, usage, '');
    insertResponse.run(conversation, responseId, createdAt, next - 1, next, stored);
    insertItem.run(conversation, next - 2, inputId, inputItem, createdAt);
    insertItem.run(conversation, next - 1, itemId, item, createdAt);
    giveBack.run(conversation, token);
  });
  response.end(completedFrame(completedJson(turn, usage, item), sequenceNumber + 3));
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    // Sound: the load generator sends nothing else.
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as TurnRequest;
    answerTurn(body, response).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      response.destroy();
    });
  });
});
listen(server);
