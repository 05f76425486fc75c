import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ServedModel } from '../observe/model-servers.ts';
import type { OpenTurnCounts, TurnReport } from '../observe/turns.ts';

/** From a small model in memory to a long prompt on a small machine. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500];
const MS_PER_SECOND = 1000;
/** Models with labels of their own, besides those that the operator has named. */
const MAX_FOUND_MODELS = 50;
const OTHER = 'other';

/** Metrics of turns and of model servers. */
export class TurnMetrics {
  readonly #turns: Counter;
  readonly #waits: Histogram;
  readonly #firstTokens: Histogram;
  readonly #durations: Histogram;
  readonly #tokens: Counter;
  readonly #failures: Counter;
  readonly #toolCalls: Histogram;
  readonly #found = new Set<string>();

  constructor(registry: Registry, openTurns: () => OpenTurnCounts) {
    const registers = [registry];
    const ofModel = ['server', 'model'];
    const open: Gauge = new Gauge({
      name: 'colloquy_open_turns',
      help: 'Turns that have begun and not ended.',
      labelNames: ['state'],
      registers,
      collect: () => {
        for (const [state, count] of Object.entries(openTurns())) open.set({ state }, count);
      },
    });
    this.#turns = new Counter({
      name: 'colloquy_turns_total',
      help: 'Turns that have ended.',
      labelNames: [...ofModel, 'status'],
      registers,
    });
    this.#waits = new Histogram({
      name: 'colloquy_turn_wait_seconds',
      help: 'How long a turn waited until its conversation was free.',
      buckets: [0.001, 0.01, ...SECONDS],
      registers,
    });
    this.#firstTokens = new Histogram({
      name: 'colloquy_turn_first_token_seconds',
      help: 'From the request to the model server to the first token of its answer.',
      labelNames: ofModel,
      buckets: SECONDS,
      registers,
    });
    this.#durations = new Histogram({
      name: 'colloquy_turn_duration_seconds',
      help: 'From the begin of a turn to its end, with all stored.',
      labelNames: ofModel,
      buckets: SECONDS,
      registers,
    });
    this.#tokens = new Counter({
      name: 'colloquy_turn_tokens_total',
      help: 'Tokens that model servers have reported.',
      labelNames: [...ofModel, 'kind'],
      registers,
    });
    this.#toolCalls = new Histogram({
      name: 'colloquy_tool_call_duration_seconds',
      help: 'How long calls of tools of MCP servers took.',
      labelNames: ['server', 'outcome'],
      buckets: [0.001, 0.01, ...SECONDS],
      registers,
    });
    this.#failures = new Counter({
      name: 'colloquy_model_failures_total',
      help: 'Failures of model servers.',
      labelNames: ['server', 'kind'],
      registers,
    });
  }

  ended(turn: TurnReport): void {
    const { began, taken, asked, firstToken, ended = began, status = OTHER, tokens } = turn;
    const server = turn.server.name;
    const model = this.#labelOf(turn);
    this.#turns.labels(server, model, status).inc();
    // A turn without a conversation has nothing to wait for.
    if (turn.conversationId !== undefined || taken === undefined) {
      this.#waits.observe(((taken ?? ended) - began) / MS_PER_SECOND);
    }
    if (asked === undefined) return;
    for (const call of turn.toolCalls) {
      const took = (call.ended - call.began) / MS_PER_SECOND;
      this.#toolCalls.labels(call.server ?? OTHER, call.outcome).observe(took);
    }
    this.#durations.labels(server, model).observe((ended - began) / MS_PER_SECOND);
    if (firstToken !== undefined) {
      this.#firstTokens.labels(server, model).observe((firstToken - asked) / MS_PER_SECOND);
    }
    for (const [kind, count] of Object.entries(tokens ?? {})) {
      // A model server may report anything, and a counter takes no negative number.
      if (count > 0) this.#tokens.labels(server, model, kind).inc(count);
    }
  }

  modelFailed(server: string, kind: string): void {
    this.#failures.labels(server, kind).inc();
  }

  /** Returns the label of a model. Callers can make up any number of names, so only some get their own. */
  #labelOf({ model, isModelNamed }: ServedModel): string {
    if (model === undefined) return OTHER;
    if (isModelNamed || this.#found.has(model)) return model;
    if (this.#found.size >= MAX_FOUND_MODELS) return OTHER;
    this.#found.add(model);
    return model;
  }
}
