import { AnswerChecker } from './answers.ts';
import { Connection, type Answer } from './connection.ts';
import { expectedStatus } from './expectations.ts';
import { Generator } from './generator.ts';
import { Judge } from './judge.ts';
import { meaningOf, type Meaning } from './meaning.ts';
import { assertThat } from './mismatch.ts';
import { Model, type StoredConversation, type StoredItem } from './model.ts';
import { isPublic, operationsOf, type ApiDocument, type Operation } from './operations.ts';
import { asList, type List } from './pages.ts';
import { PRINCIPALS, type Who } from './principals.ts';
import type { Random } from './random.ts';
import { isRaw, type FuzzRequest, type RawRequest } from './requests.ts';
import type { Target } from './target.ts';

/** One request on its way, filled in as far as it has come. */
export interface Exchange {
  request?: FuzzRequest | RawRequest;
  answer?: Answer;
}

/** What became of a request: the operation, undefined for none, and the status. */
export interface Outcome {
  readonly operation: Operation | undefined;
  readonly status: number;
}

const EVERYTHING = 'order=asc&limit=100';

/** A server and the model of it, side by side. */
export class Session {
  readonly operations: readonly Operation[];
  readonly #connection: Connection;
  readonly #checker: AnswerChecker;
  readonly #generator: Generator;
  readonly #model = new Model();
  readonly #judge: Judge;
  readonly #includes: string;
  /** Requests that were sent to look, besides those of the run. */
  looks = 0;

  private constructor(connection: Connection, document: ApiDocument) {
    this.#connection = connection;
    this.operations = operationsOf(document);
    this.#checker = new AnswerChecker(document);
    this.#generator = new Generator(document, this.operations, this.#model);
    this.#judge = new Judge(this.#model, {
      conversation: ({ id, owner }) => this.#look(owner, `/v1/conversations/${id}`),
      items: (conversation) => this.#readItems(conversation),
    });
    const includes = document.components.schemas['Includable']?.enum ?? [];
    this.#includes = includes.map((name) => `&include[]=${String(name)}`).join('');
  }

  static async open({ origin, keys }: Target): Promise<Session> {
    const connection = new Connection(origin, keys);
    const { text } = await connection.send(reading(undefined, '/openapi.json'));
    // Sound: the server's own document, which its tests check.
    return new Session(connection, JSON.parse(text) as ApiDocument);
  }

  close(): void {
    this.#connection.close();
  }

  /** One request from its making to its effects. Throws a `Mismatch`. */
  async step(random: Random, exchange: Exchange): Promise<Outcome> {
    const request = this.#generator.make(random);
    exchange.request = request;
    exchange.answer = await this.#connection.send(request);
    const { status } = exchange.answer;
    if (!isRaw(request)) return this.#judged(random, request, exchange.answer);
    if (status !== 200) this.#checker.check(exchange.answer, undefined, false);
    return { operation: undefined, status };
  }

  /** Everything is as the model has it, for everybody. */
  async checkAll(): Promise<void> {
    for (const who of PRINCIPALS) {
      const expected = this.#model.readable(who);
      const entries = await this.#all(who, `/v1/conversations?${EVERYTHING}`);
      const seen = entries.map(({ id }) => String(id));
      const wanted = expected.map(({ id }) => id);
      assertThat(
        seen.join() === wanted.join(),
        () => `${who.name} sees ${seen.join()}\ninstead of ${wanted.join()}`,
      );
    }
    for (const conversation of this.#model.conversations.values()) {
      await this.#judge.assertUnchanged(conversation);
    }
    for (const id of this.#model.gone) await this.#assertGone(`/v1/conversations/${id}`);
  }

  async #judged(random: Random, request: FuzzRequest, answer: Answer): Promise<Outcome> {
    const meaning = meaningOf(request, this.operations);
    const { operation } = meaning;
    const { status } = answer;
    const body = this.#checker.check(answer, operation, request.method === 'HEAD');
    if (request.isCertain) {
      const expected = expectedStatus(this.#model, request.who, meaning);
      assertThat(status === expected, () => `the status is ${status} and must be ${expected}`);
    }
    if (operation !== undefined && !isPublic(operation)) {
      if (status < 400) await this.#judge.accept(request.who, meaning, body);
      await this.#lookAfter(random, request.method, status, meaning);
    }
    return { operation, status };
  }

  /** What was deleted is gone, and a refused request has changed nothing. */
  async #lookAfter(
    random: Random,
    method: string,
    status: number,
    meaning: Meaning,
  ): Promise<void> {
    const { conversation: id, item } = meaning;
    if (method === 'GET' || method === 'HEAD') return;
    const stored = this.#model.conversations.get(id);
    const path = `/v1/conversations/${id}`;
    if (status < 400 && method === 'DELETE') {
      await this.#assertGone(stored === undefined ? path : `${path}/items/${item}`);
    } else if (status >= 400 && stored !== undefined && random.chance(0.5)) {
      await this.#judge.assertUnchanged(stored);
    }
  }

  async #assertGone(path: string): Promise<void> {
    for (const who of PRINCIPALS.filter(({ name }) => name === 'alice' || name === 'dave')) {
      const { status } = await this.#send(who, path);
      assertThat(status === 404, () => `${path} is deleted, and ${who.name} gets ${status}`);
    }
  }

  async #readItems(conversation: StoredConversation): Promise<readonly StoredItem[]> {
    const { id, owner } = conversation;
    const query = `${EVERYTHING}${this.#includes}`;
    const entries = await this.#all(owner, `/v1/conversations/${id}/items?${query}`);
    return entries.map((entry) => ({
      id: String(entry['id']),
      type: String(entry['type']),
      json: JSON.stringify(entry),
    }));
  }

  /** The entries of all pages. */
  async #all(who: Who, path: string): Promise<List['data']> {
    const entries: Readonly<Record<string, unknown>>[] = [];
    let last: string | null = null;
    for (let more = true; more;) {
      const after: string = last === null ? '' : `&after=${last}`;
      const list = asList(await this.#look(who, `${path}${after}`));
      entries.push(...list.data);
      more = list.has_more;
      assertThat(!more || list.last_id !== last, () => `the pages of ${path} do not end`);
      last = list.last_id;
    }
    return entries;
  }

  /** A read that must succeed. */
  async #look(who: Who, path: string): Promise<unknown> {
    const answer = await this.#send(who, path);
    const { operation } = meaningOf(reading(who, path), this.operations);
    const body = this.#checker.check(answer, operation, false);
    assertThat(answer.status === 200, () => `${who.name} gets ${answer.status} from ${path}`);
    return body;
  }

  async #send(who: Who, path: string): Promise<Answer> {
    this.looks += 1;
    return this.#connection.send(reading(who, path));
  }
}

function reading(who: Who | undefined, target: string): FuzzRequest {
  return {
    who,
    method: 'GET',
    target,
    headers: who === undefined ? [] : [['authorization', `Bearer {${who.name}}`]],
    body: undefined,
    isChunked: false,
    isCertain: true,
  };
}
