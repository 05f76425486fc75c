import { Composer } from '../ask/composer.tsx';
import { BranchActions } from '../branches/actions.tsx';
import { BranchesOf } from '../branches/tree.tsx';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { asFailure, call, type ApiFailure } from '../api/client.ts';
import type { Conversation } from '../api/objects.ts';
import { hasSignIn, signIns } from '../api/session.ts';
import { ConversationActions } from '../conversation/actions.tsx';
import { titleOf } from '../conversations/title.ts';
import { Failure } from '../look/failure.tsx';
import { Icon } from '../look/icons.tsx';
import { useTitle } from '../look/title.ts';
import { fragmentOf, lastList, place } from '../place.ts';
import { items as itemsText, middleCut } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import { absentText } from '../trash/in-trash.ts';
import { ItemWindow } from './item-window.ts';
import { Transcript } from './transcript.tsx';
import { hidesTexts } from './view.ts';
import { Pair } from '../conversations/pair.tsx';

/** Pause after a change in which no other comes, before the conversation is read again. */
const REST_MS = 300;

const FIELDS = '?include[]=owner&include[]=item_count&include[]=last_item_at&include[]=permissions';

/** One conversation, opened at an item, or at its end. */
export function ConversationPage({
  id,
  item,
}: {
  readonly id: string;
  readonly item: string | undefined;
}) {
  const caller = signIns.value;
  const [conversation, setConversation] = useState<Conversation>();
  const [failure, setFailure] = useState<ApiFailure>();
  const items = useMemo(() => new ItemWindow(id), [id, caller]);
  useEffect(() => {
    setFailure(undefined);
    read(id).then(setConversation, (error: unknown) => setFailure(asFailure(error)));
  }, [items]);
  const changes = items.changes.value;
  useEffect(() => {
    if (changes === 0) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      // What is shown stays where that fails.
      read(id, abort.signal).then(setConversation, () => undefined);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [items, changes]);
  useEffect(() => {
    void items.open(item === undefined ? 'last' : { item });
    // The place changes with each link that is followed, also when it leads to the same item again.
  }, [items, place.value]);
  const isHidden = hidesTexts.value;
  const title = titleOf(isHidden ? { id, metadata: {} } : (conversation ?? { id, metadata: {} }));
  useTitle(title.text);
  return (
    <main id="main" class="conversation" tabIndex={-1}>
      <div class="conversation-head">
        <a class="back" href={fragmentOf(lastList.value)}>
          <Icon name="back" /> {lastList.value.page === 'search' ? 'Results' : 'Conversations'}
        </a>
        <div class="title-line">
          <h1 id="title" tabIndex={-1} dir="auto" class={title.isId ? 'id' : ''}>
            {title.text}
          </h1>
          {conversation !== undefined && items.gone.value === undefined && (
            <ConversationActions conversation={conversation} change={setConversation} />
          )}
        </div>
        {conversation !== undefined && <Facts conversation={conversation} titleKey={title.key} />}
        {conversation !== undefined && <BranchesOf conversation={conversation} items={items} />}
      </div>
      {failure === undefined ? (
        <Transcript
          items={items}
          count={conversation?.item_count ?? undefined}
          mayChange={
            conversation?.permissions?.includes('update') === true && items.gone.value === undefined
          }
        />
      ) : (
        <Failure failure={failure} absent={absentText()} />
      )}
      <Composer items={items} conversation={conversation} />
      <BranchActions items={items} conversation={conversation} />
    </main>
  );
}

function read(id: string, signal?: AbortSignal): Promise<Conversation> {
  const path = `conversations/${encodeURIComponent(id)}${FIELDS}`;
  return call<Conversation>(path, signal && { signal });
}

function Facts({
  conversation,
  titleKey,
}: {
  readonly conversation: Conversation;
  readonly titleKey: string | undefined;
}) {
  const { id, created_at, metadata, owner, item_count } = conversation;
  const hasOwner = owner !== undefined && hasSignIn();
  const isHidden = hidesTexts.value;
  const pairs = isHidden ? [] : Object.entries(metadata).filter(([name]) => name !== titleKey);
  return (
    <div class="facts">
      <code title={id}>{middleCut(id)}</code>
      {typeof item_count === 'number' && <span>{itemsText(item_count)}</span>}
      <span>
        begun <Time at={created_at} />
      </span>
      {hasOwner && !isHidden && <span>of {owner}</span>}
      {pairs.map(([name, value]) => (
        <Pair key={name} name={name} value={value} />
      ))}
      {conversation.expires_at !== undefined && (
        <span class="ends">
          ends <Time at={conversation.expires_at} />
        </span>
      )}
    </div>
  );
}
