import type { Model, StoredConversation } from './model.ts';
import type { Operation } from './operations.ts';
import { PlainValues } from './plain-values.ts';
import { PRINCIPALS, type Principal } from './principals.ts';
import type { Random } from './random.ts';
import type { Draft } from './requests.ts';
import type { DraftContext } from './taught/operation.ts';
import { taught } from './taught/table.ts';

/** Numbers for one owner from which on more is deleted than created. */
const MANY_CONVERSATIONS = 20;
const MANY_ITEMS = 60;

/** Makes requests with answers that the model predicts. */
export class PlainDrafts {
  readonly #operations: readonly Operation[];
  readonly #model: Model;
  readonly #values: PlainValues;

  constructor(operations: readonly Operation[], model: Model) {
    this.#operations = operations;
    this.#model = model;
    this.#values = new PlainValues(model);
  }

  make(random: Random): Draft {
    const values = this.#values;
    const caller = random.chance(0.03) ? undefined : random.pick(PRINCIPALS);
    const operation = this.#operation(random, caller);
    const { id, stored } = values.conversation(random, caller);
    const context: DraftContext = { random, caller, conversation: stored, values };
    return {
      caller,
      operation,
      path: {
        conversation_id: id,
        item_id: values.itemId(random, stored),
        response_id: 'resp_never',
        model_id: 'never',
      },
      ...queryAndBody(operation, context),
    };
  }

  #operation(random: Random, caller: Principal | undefined): Operation {
    const weights = Object.fromEntries(
      this.#operations.map((operation) => [operation.id, taught(operation).weight]),
    );
    const own = caller === undefined ? [] : this.#model.writable(caller);
    if (isFull(own)) Object.assign(weights, { deleteConversation: 40, createConversation: 2 });
    const chosen = random.weighted(weights);
    return this.#operations.find(({ id }) => id === chosen) ?? random.pick(this.#operations);
  }
}

function isFull(own: readonly StoredConversation[]): boolean {
  return own.length > MANY_CONVERSATIONS || own.some(({ items }) => items.length > MANY_ITEMS);
}

function queryAndBody(operation: Operation, context: DraftContext): Pick<Draft, 'query' | 'body'> {
  const { random } = context;
  const entry = taught(operation);
  if (entry.access === 'public') {
    return { query: random.chance(0.5) ? [['bogus', '1']] : [], body: undefined };
  }
  const query = operation.parameters.flatMap((parameter) => {
    const draft = parameter.in === 'query' ? entry.query[parameter.name] : undefined;
    const chance = entry.rare?.includes(parameter.name) === true ? 0.06 : 0.35;
    return draft !== undefined && random.chance(chance) ? [draft(context, parameter)] : [];
  });
  return { query, body: entry.body?.make(context) };
}
