import { MODEL_SERVER_LIMITS, type ModelServerOptions } from '../../src/options/model-server.ts';
import { ModelServer } from '../../src/model/model-server.ts';
import type { ModelEvent, ModelRequest } from '../../src/model/port.ts';
import {
  startModelServer,
  type ScriptedAnswer,
  type ScriptedModelServer,
} from '../support/model-server.ts';

export type Overrides = Partial<Omit<ModelServerOptions, 'limits'>> & {
  readonly limits?: Partial<ModelServerOptions['limits']>;
};

/** Makes a client of a model server, with short limits where a test does not set its own. */
export function clientOf(url: string, { limits, ...overrides }: Overrides = {}): ModelServer {
  return new ModelServer({
    name: 'test',
    url,
    key: undefined,
    protocol: 'chat',
    profile: 'generic',
    adjustments: {},
    models: [],
    contextTokens: undefined,
    ...overrides,
    limits: { ...MODEL_SERVER_LIMITS, usageGraceMs: 200, ...limits },
  });
}

/** A request with one message of a user. */
export function asking(text: string, fields: Partial<ModelRequest> = {}): ModelRequest {
  const content = [{ type: 'input_text', text } as const];
  return { model: 'small', items: [{ type: 'message', role: 'user', content }], ...fields };
}

/** Returns all events of an answer. */
export async function eventsOf(
  client: ModelServer,
  request: ModelRequest = asking('Hello'),
): Promise<readonly ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const together of client.respond(request, new AbortController().signal)) {
    events.push(...together);
  }
  return events;
}

/** Plays one answer, and returns the events and the request that the server has got. */
export async function exchange(
  answer: ScriptedAnswer,
  request: ModelRequest = asking('Hello'),
  overrides: Overrides = {},
): Promise<{
  readonly events: readonly ModelEvent[];
  readonly body: Record<string, unknown>;
  readonly server: ScriptedModelServer;
}> {
  await using server = await startModelServer(answer);
  using client = clientOf(server.url, overrides);
  const events = await eventsOf(client, request);
  return { events, body: server.requests[0]?.body ?? {}, server };
}

/** Returns the events in short: neighbouring deltas joined, `started` and the tags of known fields left out. */
export function summary(events: readonly ModelEvent[]): readonly unknown[] {
  const lines: [string, string][] = [];
  for (const event of events) {
    if (event.type === 'started') continue;
    const { type, ...fields } = event;
    const text = 'text' in event ? event.text : shown(fields);
    const last = lines.at(-1);
    if ('text' in event && last?.[0] === type) last[1] += text;
    else lines.push([type, text]);
  }
  return lines.map(([type, text]) => (text === '' ? type : `${type}: ${text}`));
}

function shown(fields: object): string {
  const values = Object.values(fields).filter((value) => value !== undefined);
  return values
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join(' ');
}
