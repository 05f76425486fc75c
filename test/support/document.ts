import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Operation {
  readonly responses: Readonly<Record<string, unknown>>;
}
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Checks responses against the OpenAPI document that the server serves. */
export class ResponseValidator {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false, formats: { unixtime: true } });
  readonly #document: Document;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Document) {
    this.#document = document;
    this.#ajv.addSchema(document, 'document');
  }

  /** Throws unless the document describes this event of a streamed answer of this route. */
  assertEvent(method: string, path: string, event: unknown): void {
    const template = this.#template(method, path) ?? path;
    const pointer = this.#pointer(template, method.toLowerCase(), 200, 'text/event-stream');
    const validate = this.#validator(pointer);
    if (!validate(event)) {
      throw new Error(
        `${method} ${path} streamed an event that its schema refuses: ${JSON.stringify(validate.errors?.slice(-5))}\n${JSON.stringify(event).slice(0, 500)}`,
      );
    }
  }

  /** Throws unless the document describes this answer of this route. */
  assert(method: string, path: string, status: number, body: unknown): void {
    const template = this.#template(method, path);
    // A path without a route is answered with the error envelope.
    const pointer =
      template === undefined
        ? '/components/schemas/ErrorResponse'
        : this.#pointer(template, method.toLowerCase(), status);
    const validate = this.#validator(pointer);
    if (!validate(body)) {
      throw new Error(
        `${method} ${path} answered ${status} with a body that its schema refuses: ${JSON.stringify(validate.errors)}\n${JSON.stringify(body).slice(0, 500)}`,
      );
    }
  }

  /** Returns the template of a path, as the router reads it: without Azure's base and a slash at the end. */
  #template(method: string, asked: string): string | undefined {
    const path = asked.replace(/^\/openai(\/v1)?(?=\/)/, '/v1').replace(/(?<=.)\/$/, '');
    const { paths } = this.#document;
    // A path without parameters precedes one that has them, for the methods that it has.
    if (paths[path]?.[method.toLowerCase()] !== undefined) return path;
    const fitting = Object.keys(paths).filter((template) =>
      new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]*')}$`).test(path),
    );
    return (
      fitting.find((template) => paths[template]?.[method.toLowerCase()] !== undefined) ??
      fitting[0]
    );
  }

  #pointer(
    template: string,
    method: string,
    status: number,
    contentType = 'application/json',
  ): string {
    const operation = this.#document.paths[template]?.[method];
    if (operation === undefined) return '/components/schemas/ErrorResponse';
    const range = `${Math.floor(status / 100)}XX`;
    const described = [String(status), range].find((name) => name in operation.responses);
    if (described === undefined) {
      throw new Error(
        `the document does not describe the status ${status} of ${method} ${template}`,
      );
    }
    const [path, type] = [template, contentType].map((name) => name.replaceAll('/', '~1'));
    return `/paths/${path}/${method}/responses/${described}/content/${type}/schema`;
  }

  #validator(pointer: string): ValidateFunction {
    const known = this.#validators.get(pointer);
    if (known !== undefined) return known;
    const compiled = this.#ajv.compile({ $ref: `document#${encodeURI(pointer)}` });
    this.#validators.set(pointer, compiled);
    return compiled;
  }
}
