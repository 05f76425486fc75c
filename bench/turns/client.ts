import { requestText, type BenchRequest } from '../http-connection.ts';
import { turnRequest } from './shared.ts';
import { StreamConnection, type StreamedAnswer } from './stream-connection.ts';

const COMPLETED = 'event: response.completed\n';

/** A client of one server, with one connection. */
export class TurnClient {
  readonly #connection: StreamConnection;
  readonly #options: { readonly host: string; readonly key: string };

  private constructor(connection: StreamConnection, options: { host: string; key: string }) {
    this.#connection = connection;
    this.#options = options;
  }

  static async open({ url, key }: { readonly url: string; readonly key: string }) {
    const base = new URL(url);
    return new TurnClient(await StreamConnection.open(base), { host: base.host, key });
  }

  /** Runs a turn to its end. Rejects unless the response is completed. */
  async turn(after: Parameters<typeof turnRequest>[0]): Promise<StreamedAnswer> {
    const answer = await this.stream(turnRequest(after));
    if (answer.text.includes(COMPLETED)) return answer;
    throw new Error(`a turn was not completed: ${answer.text.slice(-500)}`);
  }

  stream(request: BenchRequest): Promise<StreamedAnswer> {
    return this.#connection.send(requestText(request, this.#options));
  }

  close(): void {
    this.#connection.close();
  }
}

export function responseId({ text }: StreamedAnswer): string {
  return /resp_[0-9a-f]+/.exec(text)?.[0] ?? '';
}

export function firstEventMs({ sent, began }: StreamedAnswer): number {
  return began - sent;
}

export function wholeMs({ sent, ended }: StreamedAnswer): number {
  return ended - sent;
}

/** Throws unless two answers have the same events, besides ids and times. */
export function assertSameEvents(one: StreamedAnswer, other: StreamedAnswer): void {
  if (withoutIds(one) === withoutIds(other)) return;
  throw new Error(`the floor's events differ:\n${withoutIds(one)}\n${withoutIds(other)}`);
}

function withoutIds(answer: StreamedAnswer): string {
  return bodyOf(answer)
    .replaceAll(/_[0-9a-f]{48}/g, '_ID')
    .replaceAll(/"(created|completed)_at":\d+/g, '"$1_at":0');
}

/** Returns the body without the sizes of its chunks. Sound for a body in ASCII. */
function bodyOf({ text }: StreamedAnswer): string {
  let body = '';
  let at = text.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (!(size > 0)) return body;
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
