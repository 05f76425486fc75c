import { ModelServerError } from '../../model/failure.ts';
import type { ModelServer } from '../../model/model-server.ts';
import type { ModelRequest } from '../../model/port.ts';
import type { OverflowFigures } from '../../model/overflow.ts';
import type { Models } from '../models/models.ts';

/** Bytes of a token before any are counted: less than most texts have, so that a first context rather fits. */
const USUAL_BYTES_PER_TOKEN = 3;
/** Bytes of a token that are believed. Servers that cut a context report fewer tokens than it has. */
const LEAST_BYTES_PER_TOKEN = 0.5;
const MOST_BYTES_PER_TOKEN = 16;
/** Tokens of a request from which its bytes say something of the next one. */
const LEAST_TOKENS = 64;
const LEAST_TOKENS_OF_MODEL = 256;
/** Part of a difference by which one conversation changes what is known of its model. */
const SHARE_OF_MODEL = 1 / 16;
/** Factor by which a conversation must be denser than it was thought before that is used: a cut stays where it is. */
const TOLERANCE = 1.25;
/** Part of a context above which a server may have cut it. */
const FULL = 0.95;
/** Part of a request that is tried after it was too long, where the server does not say by how much. */
const RETRIED = 0.5;
/** Part of a context up to which an estimate is good enough. */
const SHORT_SHARE = 0.5;
/** Time for which a length is kept that a server has named in an error. */
const KEPT_MS = 3_600_000;
const MOST_CONVERSATIONS = 10_000;

/** A model on its server, and a conversation with it; `undefined` where none is known. */
export interface WindowRef {
  readonly server: ModelServer;
  readonly model: string;
  readonly conversationId: string | undefined;
}

interface NamedLength {
  readonly tokens: number;
  readonly until: number;
}

/** Lengths of the contexts of models, and the bytes of their tokens, as this process has learnt them. */
export class ContextWindows {
  readonly #models: Pick<Models, 'listedContext'>;
  readonly #named = new Map<string, NamedLength>();
  readonly #ofModels = new Map<string, number>();
  readonly #ofConversations = new Map<string, number>();

  constructor(models: Pick<Models, 'listedContext'>) {
    this.#models = models;
  }

  /**
   * Returns the tokens of a model's context; `undefined` when nothing is known. The operator's setting counts before
   * the server's list, and a shorter length that the server has named in an error before both.
   */
  async length({ server, model }: WindowRef): Promise<number | undefined> {
    const { given, assumed } = server.contextTokens;
    const known = given ?? (await this.#models.listedContext(server, model));
    const named = this.#named.get(keyOf(server, model));
    const isCurrent = named !== undefined && performance.now() < named.until;
    if (isCurrent) return known === undefined ? named.tokens : Math.min(known, named.tokens);
    return known ?? assumed;
  }

  /** Returns the bytes of a token: of the conversation, or else of the model. */
  bytesPerToken({ server, model, conversationId }: WindowRef): number {
    const key = keyOf(server, model);
    const own = this.#ofConversations.get(`${key} ${conversationId ?? ''}`);
    return own ?? rounded(this.#ofModels.get(key) ?? USUAL_BYTES_PER_TOKEN);
  }

  /** Whether requests of the conversation or of the model have been counted. */
  isLearnt({ server, model, conversationId }: WindowRef): boolean {
    const key = keyOf(server, model);
    return this.#ofModels.has(key) || this.#ofConversations.has(`${key} ${conversationId ?? ''}`);
  }

  /**
   * Requests the count of a long request from its server, if the server can count and nothing was learnt from the
   * conversation yet. The count only improves an estimate, so a failure is ignored.
   */
  async count(
    ref: WindowRef,
    request: ModelRequest,
    bytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { server, conversationId } = ref;
    const length = await this.length(ref);
    const isShort = length === undefined || bytes / USUAL_BYTES_PER_TOKEN < length * SHORT_SHARE;
    const own = this.#ofConversations.has(`${keyOf(server, ref.model)} ${conversationId ?? ''}`);
    if (own || isShort || !server.canCount) return;
    const tokens = await server.countTokens(request, signal).catch((error: unknown) => {
      if (error instanceof ModelServerError) return undefined;
      throw error;
    });
    if (tokens !== undefined) this.counted(ref, bytes, tokens, undefined);
  }

  /** Learns from a request of so many bytes that the server has counted. `length` is that of the context. */
  counted(ref: WindowRef, bytes: number, tokens: number, length: number | undefined): void {
    const ratio = bytes / tokens;
    const isBelieved = ratio >= LEAST_BYTES_PER_TOKEN && ratio <= MOST_BYTES_PER_TOKEN;
    const mayBeCut = length !== undefined && tokens > length * FULL;
    if (!isBelieved || mayBeCut || tokens < LEAST_TOKENS) return;
    this.#learn(ref, ratio);
    if (tokens < LEAST_TOKENS_OF_MODEL) return;
    const key = keyOf(ref.server, ref.model);
    const before = this.#ofModels.get(key) ?? ratio;
    this.#ofModels.set(key, before + (ratio - before) * SHARE_OF_MODEL);
  }

  /** Learns from a request of so many bytes that was too long. */
  exceeded(ref: WindowRef, bytes: number, { contextTokens, requestTokens }: OverflowFigures): void {
    const ratio = this.bytesPerToken(ref);
    const tokens = contextTokens ?? Math.floor((bytes / ratio) * RETRIED);
    const hasRatio = requestTokens !== undefined && requestTokens >= LEAST_TOKENS;
    if (contextTokens !== undefined || requestTokens === undefined) {
      this.#named.set(keyOf(ref.server, ref.model), { tokens, until: performance.now() + KEPT_MS });
    }
    if (hasRatio) this.#learn(ref, Math.max(LEAST_BYTES_PER_TOKEN, bytes / requestTokens));
  }

  #learn({ server, model, conversationId }: WindowRef, ratio: number): void {
    if (conversationId === undefined) return;
    const key = `${keyOf(server, model)} ${conversationId}`;
    const before = this.#ofConversations.get(key);
    const isKept = before !== undefined && ratio >= before && ratio <= before * TOLERANCE;
    // The conversations that were used last stay.
    this.#ofConversations.delete(key);
    this.#ofConversations.set(key, isKept ? before : rounded(ratio));
    const [oldest] = this.#ofConversations.keys();
    if (this.#ofConversations.size > MOST_CONVERSATIONS && oldest !== undefined) {
      this.#ofConversations.delete(oldest);
    }
  }
}

function keyOf(server: ModelServer, model: string): string {
  return `${server.name} ${model}`;
}

/** Rounds the bytes of a token down to eighths, so that small differences move no cut. */
function rounded(ratio: number): number {
  return Math.max(LEAST_BYTES_PER_TOKEN, Math.floor(ratio * 8) / 8);
}
