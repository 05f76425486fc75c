import { ResponseValidator } from '../test/support/document.ts';
import type { Answer } from './connection.ts';
import { assertThat, Mismatch, shown } from './mismatch.ts';
import type { ApiDocument, Operation } from './operations.ts';

/** Of the connection rather than of an operation; the document does not name them. */
const TRANSPORT_STATUSES = new Set([408, 417, 431]);

/** Holds answers against the served document, whatever was asked. */
export class AnswerChecker {
  readonly #validator: ResponseValidator;

  constructor(document: ApiDocument) {
    this.#validator = new ResponseValidator(document);
  }

  /** The parsed body. Throws a `Mismatch`. `operation` undefined: only a refusal will do. */
  check(answer: Answer, operation: Operation | undefined, isHead: boolean): unknown {
    const { status, headers, text } = answer;
    assertThat(status < 500, () => `the server failed with ${status}`);
    assertThat(
      status >= 200 && (status < 300 || status >= 400),
      () => `a strange status ${status}`,
    );
    assertThat(status >= 400 || operation !== undefined, () => `${status} for no operation`);
    if (isHead) {
      assertThat(text === '', () => 'an answer to HEAD has a body');
      return undefined;
    }
    const type = String(headers['content-type']);
    const isText = status < 400 && operation?.answersJson === false;
    assertThat(type.startsWith(isText ? 'text/plain' : 'application/json'), () => `it is ${type}`);
    return isText ? text : this.#checkJson(answer, operation);
  }

  #checkJson({ status, text }: Answer, operation: Operation | undefined): unknown {
    const isOfNone = operation === undefined || TRANSPORT_STATUSES.has(status);
    const body = parsed(text);
    try {
      const template = isOfNone ? '/no-operation' : operation.template;
      this.#validator.assert(operation?.method ?? 'GET', template, status, body);
    } catch (error) {
      throw new Mismatch(error instanceof Error ? error.message : String(error));
    }
    return body;
  }
}

function parsed(text: string): unknown {
  try {
    // Sound: parsing has no type of its own.
    return JSON.parse(text) as unknown;
  } catch {
    throw new Mismatch(`the body is not JSON: ${shown(text)}`);
  }
}
