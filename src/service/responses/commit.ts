/** Storing what a turn has brought. */

import type { Principal } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import type { NewExchange, NewResponse, TurnWriter } from '../../store/responses/port.ts';
import type { Destination } from './target.ts';
import type { Commit, TurnStorage } from './turn-storage.ts';

const HIDDEN_PREFIX = 'conv';

export interface CommitParams {
  readonly store: { readonly responses: TurnWriter };
  readonly principal: Principal;
  readonly destination: Exclude<Destination, { readonly kind: 'none' }>;
}

/** Returns the storage of a turn whose client waits; `undefined` for a turn of which nothing is stored. */
export function storageOf({
  destination,
  ...params
}: Omit<CommitParams, 'destination'> & { readonly destination: Destination }):
  | TurnStorage
  | undefined {
  if (destination.kind === 'none') return undefined;
  const committing = { ...params, destination };
  return {
    keepsAllEnds: false,
    commit: (exchange) => commit(committing, exchange),
    commitAlone: (response) => commitAlone(committing, response),
    release: async () => {
      if (destination.kind === 'conversation') await destination.turn.release();
    },
  };
}

/** Stores the items and the response of a turn, in one transaction, and gives the turn back. */
async function commit(params: CommitParams, exchange: NewExchange): Promise<Commit> {
  const { store, destination } = params;
  const { responses } = store;
  if (destination.kind === 'new') {
    const write = (rest: NewExchange) => responses.create({ ...hidden(params), ...rest });
    return settled(await retried(exchange, write));
  }
  if (destination.kind === 'fork') return fork(params, destination, exchange);
  const { conversation, turn, continuesAt } = destination;
  const result = await retried(exchange, (rest) =>
    responses.commitTurn({ ...conversation, ...turn.ref, continuesAt, ...rest }),
  );
  if (result === 'stored') turn.end();
  if (result === 'lost') return (await turn.wasInterrupted()) ? 'interrupted' : 'lost';
  if (result !== 'moved_on' || continuesAt === undefined) return settled(result);
  // What others have appended meanwhile is no part of this response's context.
  await turn.release();
  return fork(params, { source: conversation, until: continuesAt }, exchange);
}

/** Takes a conversation that has moved on for one of another turn: only a turn that demands its position finds that. */
function settled(result: Commit | 'moved_on'): Commit {
  return result === 'moved_on' ? 'lost' : result;
}

async function fork(
  params: CommitParams,
  { source, until }: Pick<Extract<Destination, { kind: 'fork' }>, 'source' | 'until'>,
  exchange: NewExchange,
): Promise<Commit> {
  const { conversationId, access } = source;
  const write = (rest: NewExchange) =>
    params.store.responses.fork({
      ...hidden(params),
      ...rest,
      source: { conversationId, access, until },
    });
  return settled(await retried(exchange, write));
}

/** Stores a response that has brought no items, and gives the turn back. */
async function commitAlone(params: CommitParams, response: NewResponse): Promise<void> {
  const { store, destination } = params;
  if (destination.kind !== 'conversation') {
    await store.responses.create({ ...hidden(params), response, input: [], output: [] });
    return;
  }
  const { conversation, turn } = destination;
  const token = turn.lost.aborted ? undefined : turn.ref.token;
  const isStored = await store.responses.add({ ...conversation, response, token });
  if (isStored) turn.end();
}

function hidden({ principal }: CommitParams) {
  const { tenant, owner, attributes } = principal;
  return { tenant, owner, attributes, conversationId: newId(HIDDEN_PREFIX) };
}

type Refusal =
  | { readonly refused: 'item_present'; readonly id: string }
  | { readonly refused: 'conversation_absent' | 'turn_lost' | 'moved_on' };

/** Runs a write again without an item of the input that another request has just stored under its id. */
export async function retried(
  exchange: NewExchange,
  write: (exchange: NewExchange) => Promise<{ readonly refused: undefined } | Refusal>,
): Promise<Commit | 'moved_on'> {
  const result = await write(exchange);
  switch (result.refused) {
    case undefined:
      return 'stored';
    case 'conversation_absent':
      return 'gone';
    case 'turn_lost':
      return 'lost';
    case 'moved_on':
      return 'moved_on';
    case 'item_present': {
      const input = exchange.input.filter(({ id }) => id !== result.id);
      if (input.length === exchange.input.length) throw new Error('an id of the answer is taken');
      return retried({ ...exchange, input }, write);
    }
  }
}
