import { postedOf, type Meaning } from './meaning.ts';
import type { Model } from './model.ts';
import { isPublic } from './operations.ts';
import type { Who } from './principals.ts';

/** The status with which a plain request must be answered. */
export function expectedStatus(model: Model, who: Who | undefined, meaning: Meaning): number {
  const { operation, query = new Map<string, readonly string[]>() } = meaning;
  if (operation === undefined) return 404;
  if (isPublic(operation)) return query.size === 0 ? 200 : 400;
  if (who === undefined) return 401;
  const isThere = expectation(model, who, meaning);
  return typeof isThere === 'number' ? isThere : isThere ? 200 : 404;
}

/** Whether what it is about is there for the caller, or the status itself. */
function expectation(model: Model, who: Who, meaning: Meaning): boolean | number {
  const { operation, conversation: id, item, query, body } = meaning;
  const readable = model.read(who, id);
  const writable = model.write(who, id);
  switch (operation?.id) {
    case 'listConversations':
      return listExpectation(model, who, query);
    case 'createConversation':
      return who.isAuditor ? 403 : model.postOutcome(who, undefined, postedOf(body));
    case 'getConversation':
      return readable !== undefined;
    case 'updateConversation':
    case 'deleteConversation':
      return writable !== undefined;
    case 'createConversationItems':
      return writable === undefined ? false : model.postOutcome(who, writable, postedOf(body));
    case 'listConversationItems': {
      const [after] = query?.get('after') ?? [];
      const isKnown = after === undefined || readable?.items.some((other) => other.id === after);
      return readable !== undefined && isKnown === true;
    }
    case 'getConversationItem':
      return readable?.items.some((other) => other.id === item) ?? false;
    case 'deleteConversationItem':
      return writable?.items.some((other) => other.id === item) ?? false;
    default:
      throw new Error(`the kit does not know ${operation?.id}: teach fuzz/expectations.ts`);
  }
}

function listExpectation(model: Model, who: Who, query: Meaning['query']): boolean | number {
  const [[after], [before]] = [query?.get('after') ?? [], query?.get('before') ?? []];
  if (after !== undefined && before !== undefined) return 400;
  const cursor = after ?? before;
  return cursor === undefined || model.read(who, cursor) !== undefined;
}
