import { discover } from '../../access/authentication/discovery.ts';

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
/** Fields of an issuer's configuration with addresses that a browser calls. */
const CALLED = ['token_endpoint', 'jwks_uri'];

interface IssuerOriginsParams {
  readonly issuer: string;
  readonly log: { info(message: string): void; warn(message: string): void } | undefined;
}

/** The origins at which the console calls an issuer, found by its configuration. */
export class IssuerOrigins implements Disposable {
  readonly #params: IssuerOriginsParams;
  readonly #first: Promise<void>;
  #origins: readonly string[];
  #pauseMs = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(params: IssuerOriginsParams) {
    this.#params = params;
    this.#origins = [new URL(params.issuer).origin];
    this.#first = this.#look();
  }

  /** Resolves once the issuer has answered or failed for the first time; until it has answered, with its own origin. */
  async known(): Promise<readonly string[]> {
    await this.#first;
    return this.#origins;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** Never rejects: an issuer that is away is asked again later, after pauses that grow. */
  async #look(): Promise<void> {
    const { issuer, log } = this.#params;
    try {
      const found = await discover(issuer);
      const called = CALLED.map((field) => found[field]).filter((url) => typeof url === 'string');
      this.#origins = [...new Set([issuer, ...called].map((url) => new URL(url).origin))];
      if (this.#pauseMs > FIRST_PAUSE_MS) log?.info(`the issuer ${issuer} answers again`);
    } catch (error) {
      if (this.#isOver) return;
      log?.warn(
        `the issuer ${issuer} cannot be reached, so that nobody can sign in to the console there: ${String(error)}; asking again in ${this.#pauseMs / 1000} s`,
      );
      this.#timer = setTimeout(() => void this.#look(), this.#pauseMs).unref();
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}
