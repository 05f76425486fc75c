import { batch, signal } from '@preact/signals';
import { ApiFailure, asFailure, call, stream } from '../api/client.ts';
import { framesIn } from '../api/frames.ts';
import { signIns } from '../api/session.ts';
import type { StreamEvent } from '../../../src/contract/responses/stream-events.ts';
import { NO_ANSWER, withEvent, type Answer } from './answer.ts';
import { contentText, withContentText } from '../items/content.ts';
import { NO_SETTINGS, requestFields, type AskSettings } from './settings.ts';

/** An item of a request. */
export type Input = Readonly<Record<string, unknown>> & { readonly type: string };

/** A request, as it may be repeated. */
interface Asked {
  readonly input: readonly Input[];
  /** Tools of the request: the MCP servers of the calls that it approves. */
  readonly tools: readonly object[];
}

/** `sending` until the model begins to answer; `ended` while the stored items are loaded. */
export type Phase = 'idle' | 'sending' | 'streaming' | 'stopping' | 'ended';

export interface SendOptions {
  /** Ends the turn that another client runs in the conversation. */
  readonly interrupts?: boolean;
  /** Asks also when the request before, of which no end is known, may be stored. */
  readonly asksAnyway?: boolean;
}

/** A request that was sent, of which no end is known. */
interface Sent {
  readonly asked: Asked;
  readonly body: object;
}

/** The requests without a known end, in order, and their common key. */
interface Tries {
  readonly key: string;
  readonly sent: Set<Sent>;
}

/** The server has another request under the key: the one before, whose answer was lost, has reached it. */
export const ARRIVED = 'idempotency_key_reused';

const NO_STATUS = { status: 0, code: undefined };

/** One turn at a time in a conversation, from the page. What was typed is kept until it is stored. */
export class Asking {
  readonly conversation: string;
  readonly text = signal('');
  readonly settings = signal<AskSettings>(NO_SETTINGS);
  readonly phase = signal<Phase>('idle');
  /** What was sent, until it is stored or given up. */
  readonly asked = signal<Asked | undefined>(undefined);
  readonly answer = signal<Answer>(NO_ANSWER);
  readonly failure = signal<ApiFailure | undefined>(undefined);
  /** What became of a turn that has no failure: that it was stopped, or cut. */
  readonly note = signal('');
  #abort = new AbortController();
  /**
   * Requests have one key until one of them has an end that is known. The server carries out one of them: what comes
   * after a lost answer, however it was changed, is not stored beside what was asked first.
   */
  #tries: Tries | undefined;

  constructor(conversation: string) {
    this.conversation = conversation;
  }

  get isRunning(): boolean {
    return this.phase.value !== 'idle';
  }

  /** Sends what was typed, or items in its place. */
  async send(
    input: readonly Input[],
    tools: readonly object[] = [],
    options: SendOptions = {},
  ): Promise<void> {
    if (this.isRunning) return;
    const asked = { input, tools };
    const body = {
      conversation: this.conversation,
      stream: true,
      ...requestFields(this.settings.value),
      ...(tools.length > 0 && { tools }),
      input,
    };
    this.text.value = '';
    if (options.asksAnyway === true) this.#tries = undefined;
    await this.#run({ asked, body }, options);
  }

  /** Shows the answer of the earlier request that the server has received. */
  async showSent(): Promise<void> {
    for (const sent of this.#tries?.sent ?? []) {
      await this.#run(sent, {});
      if (this.failure.value?.code !== ARRIVED) return;
    }
  }

  async #run(sent: Sent, options: SendOptions): Promise<void> {
    batch(() => {
      this.asked.value = sent.asked;
      this.answer.value = NO_ANSWER;
      this.failure.value = undefined;
      this.note.value = '';
      this.phase.value = 'sending';
    });
    this.#abort = new AbortController();
    const tries = (this.#tries ??= { key: randomKey(), sent: new Set() });
    const isFirst = !tries.sent.has(sent);
    tries.sent.add(sent);
    try {
      await this.#read(sent.body, tries.key, options);
    } catch (error) {
      const failure = asFailure(error);
      const isRefused = failure.status >= 400 && failure.status < 500;
      // A request that was refused does not hold the key.
      if (isRefused && (isFirst || failure.code === ARRIVED)) tries.sent.delete(sent);
      if (!this.#abort.signal.aborted) this.#fail(failure);
    }
  }

  /** Sends again what was sent last, with the text and the settings as they are now. */
  async again(options: SendOptions = {}): Promise<void> {
    const asked = this.asked.value;
    if (asked === undefined) return;
    const text = this.text.value;
    const input = asked.input.map((item) =>
      item['type'] === 'message' && text !== ''
        ? { ...item, content: withContentText(item['content'], text) }
        : item,
    );
    await this.send(input, asked.tools, options);
  }

  /** Gives up what was sent, and puts its text back into the field. */
  giveUp(): void {
    batch(() => {
      this.#restore();
      this.forget();
    });
  }

  /** Forgets what was sent: it is stored, or given up. */
  forget(): void {
    batch(() => {
      this.asked.value = undefined;
      this.answer.value = NO_ANSWER;
      this.failure.value = undefined;
      this.phase.value = 'idle';
    });
  }

  /**
   * Stops the turn. A request under a key goes on for a while without its client, so that the server is told: by a
   * rewind that removes nothing and interrupts the turn.
   */
  async stop(lastItem: string | undefined): Promise<void> {
    if (this.phase.value !== 'sending' && this.phase.value !== 'streaming') return;
    this.phase.value = 'stopping';
    const path = `conversations/${encodeURIComponent(this.conversation)}/rewind`;
    const body = { after: lastItem ?? 'none', expected_item_ids: [] };
    const headers = { 'x-colloquy-when-busy': 'interrupt' };
    const failure = await call(path, { method: 'POST', body, headers }).then(
      () => undefined,
      asFailure,
    );
    // The turn may have ended before.
    if (this.phase.value !== 'stopping') return;
    this.#abort.abort();
    // With items that came meanwhile, the rewind is refused after it has interrupted.
    if (failure !== undefined && (failure.status === 0 || failure.status >= 500)) {
      this.phase.value = 'sending';
      const lost =
        'The server has not confirmed that the turn has stopped, and may store it. Try again shows its answer.';
      return this.#fail(new ApiFailure(lost, failure));
    }
    // A refusal says that items came meanwhile, and they may be those of this turn.
    if (failure === undefined) this.#tries = undefined;
    batch(() => {
      this.giveUp();
      this.note.value = failure === undefined ? 'Stopped. Nothing of it is stored.' : 'Stopped.';
    });
  }

  async #read(body: object, key: string, { interrupts = false }: SendOptions): Promise<void> {
    const { signal } = this.#abort;
    const headers = {
      'idempotency-key': key,
      'x-colloquy-when-busy': interrupts ? 'interrupt' : 'reject',
    };
    const { body: frames, requestId } = await stream('responses', signal, {
      method: 'POST',
      body,
      headers,
    });
    if (this.phase.value === 'sending') this.phase.value = 'streaming';
    let answer = NO_ANSWER;
    let frame: number | undefined;
    for await (const { data } of framesIn(frames)) {
      if (data === undefined) continue;
      answer = withEvent(answer, JSON.parse(data) as StreamEvent);
      if (answer.ending !== undefined) break;
      // Drawn once a frame, however many tokens come in it.
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        this.answer.value = answer;
      });
    }
    if (frame !== undefined) cancelAnimationFrame(frame);
    if (signal.aborted) return;
    this.answer.value = answer;
    this.#end(answer, requestId);
  }

  #end({ ending }: Answer, requestId: string | undefined): void {
    if (ending === undefined) {
      const lost = 'The connection was lost before the answer had ended.';
      throw new ApiFailure(lost, { ...NO_STATUS, requestId });
    }
    if (ending.status === 'failed') {
      if (this.phase.value === 'stopping') return;
      const { message, code } = ending;
      throw new ApiFailure(message || 'The response has failed.', {
        status: 500,
        code,
        requestId,
      });
    }
    this.#tries = undefined;
    batch(() => {
      this.note.value = ending.message;
      this.phase.value = 'ended';
    });
  }

  #fail(failure: ApiFailure): void {
    if (this.phase.value === 'stopping') return;
    batch(() => {
      this.#restore();
      this.failure.value = failure;
      this.phase.value = 'idle';
    });
  }

  #restore(): void {
    const message = this.asked.value?.input.find(({ type }) => type === 'message');
    const sent = contentText(message?.['content']);
    if (this.text.value === '') this.text.value = sent;
  }
}

/** Makes a key of 128 random bits. `crypto.randomUUID` is missing on plain HTTP. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

let askings = new Map<string, Asking>();
let askedBy = 0;

/** Returns what is asked in a conversation. It is in memory, until the document is loaded again or another caller signs in. */
export function askingOf(conversation: string): Asking {
  if (askedBy !== signIns.value) [askings, askedBy] = [new Map(), signIns.value];
  const known = askings.get(conversation) ?? new Asking(conversation);
  askings.set(conversation, known);
  return known;
}
