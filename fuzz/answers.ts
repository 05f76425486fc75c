import { ResponseValidator } from '../test/support/document.ts';
import type { Answer } from './connection.ts';
import { assertThat, Mismatch, shown } from './mismatch.ts';
import type { ApiDocument, Operation } from './operations.ts';

/** Statuses of the connection rather than of an operation. The document does not name them. */
const TRANSPORT_STATUSES = new Set([408, 417, 431]);

/** Types of answers that are not JSON. */
const TEXTS = ['text/plain', 'application/jsonl'];

/** Holds answers against the served document, independent of the request. */
export class AnswerChecker {
  readonly #validator: ResponseValidator;

  constructor(document: ApiDocument) {
    this.#validator = new ResponseValidator(document);
  }

  /** Returns the parsed body. Throws a `Mismatch`. Without an operation, the answer must be a refusal. */
  check(answer: Answer, operation: Operation | undefined, isHead: boolean): unknown {
    const { status, headers, text } = answer;
    assertThat(
      status < 500 || isWithoutModelServer(answer),
      () => `the server failed with ${status}`,
    );
    assertThat(
      status >= 200 && (status < 300 || status >= 400),
      () => `the status ${status} is neither a success nor a refusal`,
    );
    assertThat(
      status >= 400 || operation !== undefined,
      () => `${status} for a request that matches no operation`,
    );
    if (isHead) {
      assertThat(text === '', () => 'an answer to HEAD has a body');
      return undefined;
    }
    const type = String(headers['content-type']);
    const isText = status < 400 && operation?.answersJson === false;
    assertThat(
      isText ? TEXTS.some((text) => type.startsWith(text)) : /^application\/json\b/.test(type),
      () => `the content type is ${type}`,
    );
    return isText ? text : this.#checkJson(answer, operation);
  }

  #checkJson({ status, text }: Answer, operation: Operation | undefined): unknown {
    const hasNoOperation = operation === undefined || TRANSPORT_STATUSES.has(status);
    const body = parsed(text);
    try {
      const template = hasNoOperation ? '/no-operation' : operation.template;
      this.#validator.assert(operation?.method ?? 'GET', template, status, body);
    } catch (error) {
      throw new Mismatch(error instanceof Error ? error.message : String(error));
    }
    return body;
  }
}

/** Checks for the answer of a server without a model server, which is no failure. */
function isWithoutModelServer({ status, text }: Answer): boolean {
  return status === 503 && (text === '' || text.includes('"code":"no_model_server"'));
}

function parsed(text: string): unknown {
  try {
    // Sound: any JSON is `unknown`.
    return JSON.parse(text) as unknown;
  } catch {
    throw new Mismatch(`the body is not JSON: ${shown(text)}`);
  }
}
