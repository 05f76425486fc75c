import type { Socket } from 'node:net';
import { startRelay, type Relay } from './relay.ts';
import { FLUSH, MessageReader, SYNC, textsOf, type Message } from './wire-messages.ts';

/** The statements that a client sent before it awaited an answer. */
export interface Trip {
  /** Texts of the statements: one for each Execute, or the whole text of a simple query. */
  readonly statements: readonly string[];
  /** Those of the statements that were sent outside a transaction block; BEGIN opens one. */
  readonly loose: readonly string[];
  /** Whether the trip is a simple query, which is one message with a text. */
  readonly isSimple: boolean;
  /** Number of commands that the server completed. */
  readonly commands: number;
  /** Whether a transaction block was open before the trip, and after it. */
  readonly isInBlock: { readonly before: boolean; readonly after: boolean };
}

export interface WireProxy extends Relay {
  /** All trips so far, of all connections. */
  readonly trips: readonly Trip[];
  /**
   * Stops the next trip before a statement that begins with these words, once the server has run what precedes the
   * statement. The trip goes on when `work` has settled; resolves, or rejects, as `work` does.
   */
  interrupt(beginning: string, work: () => Promise<unknown>): Promise<void>;
}

export interface WireProxyOptions {
  /**
   * Whether each statement outside a transaction block is committed when it has run, as Citus does, instead of together
   * with the others of its trip.
   */
  readonly commitsEach?: boolean;
}

interface Statement {
  readonly text: string;
  readonly bytes: Buffer;
}

type Interruptions = Map<string, () => Promise<unknown>>;

/** Starts a proxy of a PostgreSQL on this machine that reads the protocol. Encrypted connections are not supported. */
export async function startWireProxy(
  targetPort: number,
  { commitsEach = false }: WireProxyOptions = {},
): Promise<WireProxy> {
  const trips: Trip[] = [];
  const interruptions: Interruptions = new Map();
  const relay = await startRelay(targetPort, (client, server) => {
    const connection = new WireConnection(client, server, { trips, interruptions, commitsEach });
    connection.forward();
  });
  return {
    ...relay,
    trips,
    interrupt: (beginning, work) =>
      new Promise((resolve, reject) => {
        interruptions.set(beginning, () => work().then(() => resolve(), reject));
      }),
  };
}

interface Shared {
  readonly trips: Trip[];
  readonly interruptions: Interruptions;
  readonly commitsEach: boolean;
}

/** The answer to a part of a trip. */
interface Answer {
  readonly commands: number;
  readonly hasFailed: boolean;
  /** `undefined` after a Flush, which the server does not answer by itself. */
  readonly ready: Message | undefined;
}

class WireConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #shared: Shared;
  /** Texts of prepared statements by name, and of bound statements by portal. */
  readonly #prepared = new Map<string, string>();
  readonly #bound = new Map<string, string>();
  #isStarted = false;
  #isInBlock = false;
  /** What has arrived of a trip: its statements, and the messages of the next one. */
  #statements: Statement[] = [];
  #messages: Buffer[] = [];
  /** Receives each answer of the server while a trip runs. */
  #onAnswer: ((message: Message) => void) | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(client: Socket, server: Socket, shared: Shared) {
    this.#client = client;
    this.#server = server;
    this.#shared = shared;
  }

  forward(): void {
    const [requests, answers] = [new MessageReader(), new MessageReader()];
    for (const [socket, other] of [
      [this.#client, this.#server],
      [this.#server, this.#client],
    ] as const) {
      socket.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
    this.#client.on('data', (bytes: Buffer) => {
      // The messages of the login have forms of their own.
      if (!this.#isStarted) this.#server.write(bytes);
      else for (const message of requests.push(bytes)) this.#request(message);
    });
    this.#server.on('data', (bytes: Buffer) => {
      for (const message of answers.push(bytes)) this.#answer(message);
    });
  }

  #answer(message: Message): void {
    // ReadyForQuery ends the login, and later the parts of a trip, which only the last one shows to the client.
    if (message.type !== 'Z' || !this.#isStarted) this.#client.write(message.bytes);
    if (message.type === 'Z') this.#isStarted = true;
    this.#onAnswer?.(message);
  }

  #request(message: Message): void {
    switch (message.type) {
      case 'S':
        return this.#enqueue(false);
      case 'Q':
        this.#statements.push({ text: textsOf(message, 1)[0] ?? '', bytes: message.bytes });
        return this.#enqueue(true);
      case 'X':
        this.#server.write(message.bytes);
        return;
      case 'P': {
        const [name = '', text = ''] = textsOf(message, 2);
        this.#prepared.set(name, text);
        break;
      }
      case 'B': {
        const [portal = '', name = ''] = textsOf(message, 2);
        this.#bound.set(portal, this.#prepared.get(name) ?? '');
        break;
      }
    }
    this.#messages.push(message.bytes);
    if (message.type !== 'E') return;
    const text = this.#bound.get(textsOf(message, 1)[0] ?? '') ?? '';
    this.#statements.push({ text: text.trim(), bytes: Buffer.concat(this.#messages) });
    this.#messages = [];
  }

  #enqueue(isSimple: boolean): void {
    const statements = this.#statements;
    const rest = Buffer.concat(this.#messages);
    this.#statements = [];
    this.#messages = [];
    this.#running = this.#running.then(() => this.#run(statements, isSimple, rest));
  }

  /** Runs a trip. `rest` is what follows its last statement. */
  async #run(statements: readonly Statement[], isSimple: boolean, rest: Buffer): Promise<void> {
    const before = this.#isInBlock;
    const loose: string[] = [];
    let commands = 0;
    let part: Statement[] = [];
    const send = async (end: Buffer): Promise<Answer> => {
      const bytes = Buffer.concat([...part.map((statement) => statement.bytes), end]);
      const answer = await this.#send(bytes, part.length);
      part = [];
      commands += answer.commands;
      return answer;
    };
    let answer: Answer | undefined;
    for (const [index, statement] of statements.entries()) {
      part.push(statement);
      const isLoose = this.#follow(statement.text);
      if (isLoose) loose.push(statement.text);
      const next = statements[index + 1];
      if (next === undefined) continue;
      const interruption = this.#interruptionBefore(next);
      if (isLoose && this.#shared.commitsEach) {
        answer = await send(SYNC);
        // A server skips what follows a failed statement on its trip.
        if (answer.hasFailed) break;
      } else if (interruption !== undefined) {
        await send(FLUSH);
      }
      await interruption?.();
    }
    if (answer?.hasFailed !== true) {
      answer = await send(isSimple ? Buffer.alloc(0) : Buffer.concat([rest, SYNC]));
    }
    const { ready } = answer;
    if (ready === undefined) throw new Error('a trip has ended without ReadyForQuery');
    const after = ready.bytes.toString('latin1', ready.bytes.length - 1) !== 'I';
    this.#isInBlock = after;
    const texts = statements.map(({ text }) => text);
    const isInBlock = { before, after };
    this.#shared.trips.push({ statements: texts, loose, isSimple, commands, isInBlock });
    this.#client.write(ready.bytes);
  }

  /** Notes the effect of a statement on the block, and returns whether it runs outside one. */
  #follow(text: string): boolean {
    const opens = /^(?:begin|start transaction)\b/i.test(text);
    const isLoose = !this.#isInBlock && !opens;
    if (opens) this.#isInBlock = true;
    else if (/^(?:commit|rollback|end|abort)\b/i.test(text)) this.#isInBlock = false;
    return isLoose;
  }

  #interruptionBefore({ text }: Statement): (() => Promise<unknown>) | undefined {
    for (const [beginning, interruption] of this.#shared.interruptions) {
      if (!text.startsWith(beginning)) continue;
      this.#shared.interruptions.delete(beginning);
      return interruption;
    }
    return undefined;
  }

  /** Sends a part of a trip with so many statements, and resolves when the server has answered it. */
  #send(bytes: Buffer, statements: number): Promise<Answer> {
    const isFlushed = bytes.subarray(-FLUSH.length).equals(FLUSH);
    return new Promise((resolve) => {
      let [commands, hasFailed] = [0, false];
      this.#onAnswer = (message) => {
        // CommandComplete or EmptyQueryResponse, ErrorResponse
        if (message.type === 'C' || message.type === 'I') commands += 1;
        hasFailed ||= message.type === 'E';
        const ready = message.type === 'Z' ? message : undefined;
        const isRun = isFlushed && (hasFailed || commands === statements);
        if (ready !== undefined || isRun) {
          this.#onAnswer = undefined;
          resolve({ commands, hasFailed, ready });
        }
      };
      this.#server.write(bytes);
    });
  }
}
