import { apiError } from '../../contract/errors/registry.ts';
import { failed, ModelServerError } from '../../model/failure.ts';
import type { ModelServer } from '../../model/model-server.ts';
import { modelServerError } from './failures.ts';
import type { ListedModel } from '../../model/port.ts';
import type { Observer } from '../../observe/observer.ts';

/** Time for which a list of models is kept. */
const KEPT_MS = 10_000;
/** Time for which a failure to list them is kept. */
const FAILURE_KEPT_MS = 1_000;
/** Longest wait for a list. */
const LIST_WITHIN_MS = 5_000;

export interface Model {
  readonly id: string;
  readonly ownedBy: string;
}

/** The models of all model servers. */
export class Models {
  readonly #lists: readonly ModelList[];

  constructor(servers: readonly ModelServer[], observer: Pick<Observer, 'modelFailed'>) {
    this.#lists = servers.map((server) => new ModelList(server, observer));
  }

  /**
   * Returns the server of a model: the first one that is named for it, or lists it. Without one, a server that is named
   * for no models may know it by another name. Throws an `ApiError` without servers, and for a model of none.
   */
  async serverOf(model: string): Promise<ModelServer> {
    const [first] = this.#lists;
    if (first === undefined) throw apiError('no_model_server');
    if (this.#lists.length === 1 && first.server.isForAll) return first.server;
    for (const { server } of await this.#candidates(model)) return server;
    throw apiError('model_not_found', { model });
  }

  async #candidates(model: string): Promise<readonly ModelList[]> {
    const fitting = this.#lists.filter(({ server }) => server.serves(model));
    const named = fitting.findIndex(({ server }) => !server.isForAll);
    // Servers after the first one that is named for the model are not asked.
    const asked = named === -1 ? fitting : fitting.slice(0, named + 1);
    for (const list of asked) {
      if (!list.server.isForAll || (await list.has(model))) return [list];
    }
    return fitting;
  }

  /** Returns the models of all servers that answer. Throws an `ApiError` when none of them does. */
  async list(): Promise<readonly Model[]> {
    if (this.#lists.length === 0) return [];
    const results = await Promise.allSettled(this.#lists.map((list) => list.models()));
    const [first] = results;
    if (first?.status === 'rejected' && results.every(({ status }) => status === 'rejected')) {
      throw modelServerError(first.reason);
    }
    const models = new Map<string, Model>();
    results.forEach((result, index) => {
      const server = this.#lists[index]?.server;
      if (result.status === 'rejected' || server === undefined) return;
      for (const { id, ownedBy } of result.value) {
        if (server.serves(id) && !models.has(id)) {
          models.set(id, { id, ownedBy: ownedBy ?? server.name });
        }
      }
    });
    return [...models.values()];
  }

  /** Returns the length of a model's context as its server lists it; `undefined` where it does not, or is silent. */
  async listedContext(server: ModelServer, model: string): Promise<number | undefined> {
    const list = this.#lists.find((each) => each.server === server);
    const models = (await list?.models().catch(() => undefined)) ?? [];
    // A server with one model answers with it to any name.
    const [only] = models.length === 1 ? models : [];
    return (models.find(({ id }) => id === model) ?? only)?.contextLength;
  }

  /** Throws an `ApiError` for a model that no server lists. */
  async get(id: string): Promise<Model> {
    const found = (await this.list()).find((model) => model.id === id);
    if (found === undefined) throw apiError('model_not_found', { model: id });
    return found;
  }
}

/** The list of one server, which is asked for it once in a while. */
class ModelList {
  readonly server: ModelServer;
  readonly #observer: Pick<Observer, 'modelFailed'>;
  #models: Promise<readonly ListedModel[]> | undefined;
  #expiresAt = 0;

  constructor(server: ModelServer, observer: Pick<Observer, 'modelFailed'>) {
    this.server = server;
    this.#observer = observer;
  }

  async has(model: string): Promise<boolean> {
    return this.models().then(
      (models) => models.some(({ id }) => id === model),
      () => false,
    );
  }

  models(): Promise<readonly ListedModel[]> {
    if (this.#models !== undefined && performance.now() < this.#expiresAt) return this.#models;
    const models = this.#ask();
    this.#models = models;
    this.#expiresAt = performance.now() + KEPT_MS;
    models.catch((error: unknown) => {
      if (error instanceof ModelServerError) {
        this.#observer.modelFailed(this.server.name, error.failure.kind);
      }
      this.#expiresAt = Math.min(this.#expiresAt, performance.now() + FAILURE_KEPT_MS);
    });
    return models;
  }

  async #ask(): Promise<readonly ListedModel[]> {
    const timeout = AbortSignal.timeout(LIST_WITHIN_MS);
    try {
      return await this.server.listModels(timeout);
    } catch (error) {
      if (error !== timeout.reason) throw error;
      throw failed('timeout_first_byte', 'it did not list its models in time', error);
    }
  }
}
