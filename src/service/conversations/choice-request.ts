import { firstMsAfter, firstMsOf } from '../../base/seconds.ts';
import type { ConversationChoice } from '../../store/conversations/choice.ts';

/** Choice of conversations by their own fields. Times are in Unix seconds, all exclusive. */
export interface ChoiceRequest extends Pick<
  ConversationChoice,
  'owner' | 'metadata' | 'metadataKeys' | 'ids'
> {
  readonly createdAfter: number | undefined;
  readonly createdBefore: number | undefined;
  readonly lastItemAfter: number | undefined;
  readonly lastItemBefore: number | undefined;
}

/** Returns the choice as the store reads it. */
export function choiceParams(request: ChoiceRequest): ConversationChoice {
  const { owner, metadata, metadataKeys = [], ids = [] } = request;
  const { createdAfter, createdBefore, lastItemAfter, lastItemBefore } = request;
  return {
    owner,
    metadata,
    metadataKeys,
    ids,
    createdFrom: ifGiven(createdAfter, firstMsAfter),
    createdUntil: ifGiven(createdBefore, firstMsOf),
    lastItemFrom: ifGiven(lastItemAfter, firstMsAfter),
    lastItemUntil: ifGiven(lastItemBefore, firstMsOf),
  };
}

function ifGiven(second: number | undefined, toMs: (second: number) => number): number | undefined {
  return second === undefined ? undefined : toMs(second);
}
