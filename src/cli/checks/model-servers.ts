import type { Config } from '../../config/config.ts';
import { ModelServerError } from '../../model/failure.ts';
import { ModelServer } from '../../model/model-server.ts';
import type { ListedModel, ModelFailure } from '../../model/port.ts';
import { SINGLE_MODEL_SERVER, type ModelServerOptions } from '../../options/model-server.ts';
import { counted, countedNames } from '../output/wording.ts';
import { failed, ok, warning, type Finding } from './finding.ts';
import { findLocalServers } from './local-model-servers.ts';

const CHECK = 'model server';
const DEFAULT_MODEL = 'default model';
const ANSWER_WITHIN_MS = 10_000;

/** A model server with the models that it lists; `undefined` when it has not listed any. */
interface Listed {
  readonly server: ModelServer;
  readonly models: readonly ListedModel[] | undefined;
  readonly finding: Finding;
}

/**
 * Requests the list of models from each model server of the configuration. A request to a model would make some servers
 * load it, and others charge for it. Without a model server, looks for one on this machine.
 */
export async function* checkModelServers(config: Config): AsyncGenerator<Finding> {
  // What servers send is shown on one line.
  for await (const { detail, ...finding } of findings(config)) {
    yield { ...finding, detail: detail.replaceAll(/[\s\p{Cc}]+/gu, ' ') };
  }
}

async function* findings({ modelServers, defaultModel }: Config): AsyncGenerator<Finding> {
  if (modelServers.length === 0) {
    yield* foundServers();
    return;
  }
  const all = await Promise.all(modelServers.map(checkServer));
  for (const { finding } of all) yield finding;
  if (defaultModel !== undefined) yield checkDefaultModel(defaultModel, all);
}

async function* foundServers(): AsyncGenerator<Finding> {
  const found = await findLocalServers();
  if (found.length === 0) {
    yield ok(
      CHECK,
      'none is named, and none answers at the usual addresses of this machine; conversations need none',
    );
  }
  for (const { make, url, profile, models } of found) {
    yield ok(
      CHECK,
      `none is named; ${make} answers at ${url} and lists ${namesOf(models)}; to use it: --model-url ${url} --model-profile ${profile}`,
    );
  }
}

async function checkServer(options: ModelServerOptions): Promise<Listed> {
  using server = new ModelServer(options);
  const subject = subjectOf(options);
  try {
    const models = await server.listModels(AbortSignal.timeout(ANSWER_WITHIN_MS));
    return { server, models, finding: listFinding(subject, options, server, models) };
  } catch (error) {
    const finding = failureFinding(subject, options, failureOf(error));
    return { server, models: undefined, finding };
  }
}

function listFinding(
  subject: string,
  { models: patterns }: ModelServerOptions,
  server: ModelServer,
  models: readonly ListedModel[],
): Finding {
  if (models.length === 0) {
    return warning(CHECK, `${subject} lists no model`, 'Load or download a model there.');
  }
  const used = models.filter(({ id }) => server.serves(id));
  if (used.length === 0) {
    return warning(
      CHECK,
      `${subject} lists ${namesOf(models)}, and none that is named for it (${patterns.join(', ')})`,
      'Correct the `models` of this server in the config file.',
    );
  }
  return ok(CHECK, `${subject} lists ${namesOf(used)}`);
}

function failureFinding(
  subject: string,
  options: ModelServerOptions,
  failure: ModelFailure,
): Finding {
  const setting = isSingle(options) ? '--model-url' : 'its `url` in the config file';
  if (failure.kind === 'unreachable') {
    return failed(
      CHECK,
      `${subject}: ${failure.message}`,
      `Start the model server, or correct ${setting}.`,
    );
  }
  const status = 'status' in failure ? failure.status : undefined;
  if (status === 401 || status === 403) {
    const place = isSingle(options)
      ? 'COLLOQUY_MODEL_KEY'
      : 'the variable that its `key_env` in the config file names';
    return failed(
      CHECK,
      options.key === undefined
        ? `${subject} wants a key, and has none (${status})`
        : `${subject} does not accept its key (${status})`,
      `Give the key as ${place}.`,
    );
  }
  if (status === 404 || status === 405 || failure.kind === 'malformed') {
    return warning(
      CHECK,
      `${subject} answers, and has no list of models under this address: ${failure.message}`,
      `Check ${setting}: it is the base of the API, and mostly ends with /v1. A server without such a list serves requests all the same.`,
    );
  }
  return failed(
    CHECK,
    `${subject}: ${failure.message}`,
    'Look at the log of the model server. It may be loading a model.',
  );
}

function checkDefaultModel(model: string, all: readonly Listed[]): Finding {
  const fitting = all.filter(({ server }) => server.serves(model));
  const holder = fitting.find(({ models }) => models?.some(({ id }) => id === model));
  if (holder !== undefined)
    return ok(DEFAULT_MODEL, `${model}, on the server ${holder.server.name}`);
  if (fitting.some(({ models }) => models === undefined)) {
    return ok(
      DEFAULT_MODEL,
      `${model}, which cannot be checked until all model servers list theirs`,
    );
  }
  return warning(
    DEFAULT_MODEL,
    `no model server lists ${model}`,
    'Give --default-model one of the names that they list.',
  );
}

/** Returns the failure of a list. Rethrows what is a fault of the program. */
function failureOf(error: unknown): ModelFailure {
  if (error instanceof ModelServerError) return error.failure;
  if (!(error instanceof DOMException && error.name === 'TimeoutError')) throw error;
  const message = `the model server did not answer within ${counted(ANSWER_WITHIN_MS / 1000, 'second')}`;
  return { kind: 'timeout_first_byte', message };
}

function isSingle({ name }: ModelServerOptions): boolean {
  return name === SINGLE_MODEL_SERVER;
}

/** Names a server without the credentials that its URL may have. */
function subjectOf(options: ModelServerOptions): string {
  const { protocol, host, pathname } = new URL(options.url);
  const address = `${protocol}//${host}${pathname}`;
  return isSingle(options) ? address : `${options.name} at ${address}`;
}

function namesOf(models: readonly ListedModel[]): string {
  const ids = models.map(({ id }) => id);
  return countedNames(ids, 'model');
}
