import { ModelServer } from '../../model/model-server.ts';
import type { ListedModel } from '../../model/port.ts';
import {
  MODEL_SERVER_LIMITS,
  type ModelProfileName,
  type ModelServerOptions,
} from '../../options/model-server.ts';

const ANSWER_WITHIN_MS = 1_000;

interface Make {
  readonly make: string;
  readonly profile: ModelProfileName;
  /** Port that the make listens on unless it is told another. */
  readonly port: number;
  /** Owner of all models in the make's lists; `undefined` where the port has to suffice. */
  readonly owner?: string;
}

const MAKES: readonly Make[] = [
  { make: 'Ollama', profile: 'ollama', port: 11_434 },
  { make: 'llama.cpp', profile: 'llama-cpp', port: 8_080, owner: 'llamacpp' },
  { make: 'vLLM', profile: 'vllm', port: 8_000, owner: 'vllm' },
  { make: 'LM Studio', profile: 'lm-studio', port: 1_234 },
  { make: 'SGLang', profile: 'sglang', port: 30_000, owner: 'sglang' },
];

/** A model server that nobody has named. */
export interface FoundServer extends Pick<Make, 'make' | 'profile'> {
  /** Base of its API. */
  readonly url: string;
  readonly models: readonly ListedModel[];
}

/**
 * Looks for model servers at the usual ports of this machine. A program that does not answer with a list of models
 * within a second is none.
 */
export async function findLocalServers(): Promise<readonly FoundServer[]> {
  const found = await Promise.all(MAKES.map(serverAt));
  return found.filter((server) => server !== undefined);
}

async function serverAt(expected: Make): Promise<FoundServer | undefined> {
  const url = `http://127.0.0.1:${expected.port}/v1`;
  using server = new ModelServer(optionsOf(url));
  try {
    const models = await server.listModels(AbortSignal.timeout(ANSWER_WITHIN_MS));
    const { make, profile } = makeOf(models, expected);
    return { make, profile, url, models };
  } catch {
    return undefined;
  }
}

/** Finds the make by the owner of the models, since programs of other makes use these ports too. */
function makeOf(models: readonly ListedModel[], expected: Make): Pick<Make, 'make' | 'profile'> {
  const owners = new Set(models.map(({ ownedBy }) => ownedBy));
  const known = MAKES.find(({ owner }) => owner !== undefined && owners.has(owner));
  if (known !== undefined) return known;
  return expected.owner === undefined
    ? expected
    : { make: 'a model server of unknown make', profile: 'generic' };
}

function optionsOf(url: string): ModelServerOptions {
  return {
    name: url,
    url,
    key: undefined,
    protocol: 'chat',
    profile: 'generic',
    adjustments: {},
    contextTokens: undefined,
    models: [],
    limits: MODEL_SERVER_LIMITS,
  };
}
