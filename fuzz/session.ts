import { AnswerChecker } from './answers.ts';
import { Connection, type Answer } from './connection.ts';
import { expectedStatus } from './expectations.ts';
import { Generator } from './generator.ts';
import { Judge } from './judge.ts';
import { meaningOf, type Meaning } from './meaning.ts';
import { assertAllow } from './assertions.ts';
import type { Rules } from './item-rules.ts';
import { assertThat } from './mismatch.ts';
import { Model, type StoredConversation, type StoredItem } from './model.ts';
import { operationsOf, type ApiDocument, type Operation } from './operations.ts';
import { asList, type List } from './pages.ts';
import { PRINCIPALS, type Principal } from './principals.ts';
import type { Random } from './random.ts';
import { isRaw, type FuzzRequest, type RawRequest } from './requests.ts';
import type { Target } from './target.ts';
import { assertTaught } from './taught/assert-taught.ts';
import { TAUGHT, taught } from './taught/table.ts';

/** One request and its answer. Its fields are set as the request proceeds. */
export interface Exchange {
  request?: FuzzRequest | RawRequest;
  answer?: Answer;
}

/** Result of a request; `operation` is `undefined` when none matches. */
export interface Outcome {
  readonly operation: Operation | undefined;
  readonly status: number;
}

const EVERYTHING = 'order=asc&limit=100';

/** A server and the model of its state. */
export class Session {
  readonly operations: readonly Operation[];
  readonly #connection: Connection;
  readonly #checker: AnswerChecker;
  readonly #generator: Generator;
  readonly #model: Model;
  readonly #judge: Judge;
  readonly #includes: string;
  /** Number of requests that read the state, besides those of the run. */
  looks = 0;

  private constructor(connection: Connection, document: ApiDocument, rules: Rules) {
    this.#connection = connection;
    this.#model = new Model(rules);
    this.operations = operationsOf(document);
    assertTaught(this.operations, TAUGHT);
    this.#checker = new AnswerChecker(document);
    this.#generator = new Generator(document, this.operations, this.#model);
    this.#judge = new Judge(this.#model, {
      conversation: ({ id, owner }) => this.#look(owner, `/v1/conversations/${id}`),
      items: (conversation) => this.#readItems(conversation),
    });
    const includes = document.components.schemas['Includable']?.enum ?? [];
    this.#includes = includes.map((name) => `&include[]=${String(name)}`).join('');
  }

  /** Rejects with an `UntaughtError` when the document has more than the fuzzer was taught. */
  static async open({ origin, keys }: Target, rules: Rules): Promise<Session> {
    const connection = new Connection(origin, keys);
    const { text } = await connection.send(reading(undefined, '/openapi.json'));
    // Sound: the server's own document, which its tests check.
    return new Session(connection, JSON.parse(text) as ApiDocument, rules);
  }

  close(): void {
    this.#connection.close();
  }

  /** Makes and sends one request, and checks its answer and its effects. Throws a `Mismatch`. */
  async step(random: Random, exchange: Exchange): Promise<Outcome> {
    const request = this.#generator.make(random);
    exchange.request = request;
    exchange.answer = await this.#connection.send(request);
    const { status } = exchange.answer;
    if (!isRaw(request)) return this.#judged(random, request, exchange.answer);
    if (status !== 200) this.#checker.check(exchange.answer, undefined, false);
    return { operation: undefined, status };
  }

  /** Throws a `Mismatch` unless every principal reads what the model has. */
  async checkAll(): Promise<void> {
    for (const caller of PRINCIPALS) {
      const expected = this.#model.readable(caller).map(({ id }) => id);
      const entries = await this.#all(caller, `/v1/conversations?${EVERYTHING}`);
      const seen = entries.map(({ id }) => String(id));
      assertThat(
        seen.join() === expected.join(),
        () => `${caller.name} sees ${seen.join()}\ninstead of ${expected.join()}`,
      );
    }
    for (const conversation of this.#model.conversations.values()) {
      await this.#judge.assertUnchanged(conversation);
    }
    for (const id of this.#model.deleted) await this.#assertDeleted(`/v1/conversations/${id}`);
  }

  async #judged(random: Random, request: FuzzRequest, answer: Answer): Promise<Outcome> {
    const meaning = meaningOf(request, this.operations);
    const { operation } = meaning;
    const { status } = answer;
    const body = this.#checker.check(answer, operation, request.method === 'HEAD');
    assertAllow(answer, meaning);
    if (request.isCertain) {
      const expected = expectedStatus(this.#model, request.caller, meaning);
      assertThat(status === expected, () => `the status is ${status} and must be ${expected}`);
    }
    const entry = operation === undefined ? undefined : taught(operation);
    if (entry?.access === 'private') {
      if (status < 400) await this.#judge.accept(entry, request.caller, meaning, body);
      await this.#checkEffect(random, request.method, status, meaning);
    }
    return { operation, status };
  }

  /** Checks that a deletion took effect, and that a refused request changed nothing. */
  async #checkEffect(
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
      await this.#assertDeleted(
        stored === undefined ? path : `${path}/items/${encodeURIComponent(item)}`,
      );
    } else if (status >= 400 && stored !== undefined && random.chance(0.5)) {
      await this.#judge.assertUnchanged(stored);
    }
  }

  async #assertDeleted(path: string): Promise<void> {
    for (const caller of PRINCIPALS.filter(({ name }) => name === 'alice' || name === 'dave')) {
      const { status } = await this.#send(caller, path);
      assertThat(status === 404, () => `${path} is deleted, and ${caller.name} gets ${status}`);
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

  /** Returns the entries of all pages. */
  async #all(caller: Principal, path: string): Promise<List['data']> {
    const entries: Readonly<Record<string, unknown>>[] = [];
    let last: string | null = null;
    for (let more = true; more;) {
      const after: string = last === null ? '' : `&after=${encodeURIComponent(last)}`;
      const list = asList(await this.#look(caller, `${path}${after}`));
      entries.push(...list.data);
      more = list.has_more;
      assertThat(!more || list.last_id !== last, () => `the pages of ${path} do not end`);
      last = list.last_id;
    }
    return entries;
  }

  /** Reads what the caller may read, and returns the body. Throws a `Mismatch` if that fails. */
  async #look(caller: Principal, path: string): Promise<unknown> {
    const answer = await this.#send(caller, path);
    const { operation } = meaningOf(reading(caller, path), this.operations);
    const body = this.#checker.check(answer, operation, false);
    assertThat(answer.status === 200, () => `${caller.name} gets ${answer.status} from ${path}`);
    return body;
  }

  async #send(caller: Principal, path: string): Promise<Answer> {
    this.looks += 1;
    return this.#connection.send(reading(caller, path));
  }
}

function reading(caller: Principal | undefined, target: string): FuzzRequest {
  return {
    caller,
    method: 'GET',
    target,
    headers: caller === undefined ? [] : [['authorization', `Bearer {${caller.name}}`]],
    body: undefined,
    isChunked: false,
    isCertain: true,
  };
}
