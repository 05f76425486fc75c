import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import type { Conversation } from '../api/objects.ts';
import { titleOf } from '../conversations/title.ts';
import { fragmentOf } from '../place.ts';
import { count, items as itemsText, middleCut } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import type { ItemWindow } from '../transcript/item-window.ts';
import { hidesTexts } from '../transcript/view.ts';
import { ancestorsOf } from './ancestors.ts';
import { Place, type ForkOrigin } from './fork-place.tsx';
import { forksOf } from './requests.ts';

/** Number of the latest loaded forks that are drawn. Earlier ones are removed. */
const MOST_FORKS = 200;

interface Forks {
  readonly data: readonly Conversation[];
  /** Number of forks before these. */
  readonly before: number;
  /** Cursor of the next page; `undefined` behind the last. */
  readonly next: string | undefined;
}

/** The tree of forks around a conversation, closed at first. A conversation without any has none. */
export function BranchesOf({
  conversation,
  items,
}: {
  readonly conversation: Conversation;
  readonly items: ItemWindow;
}) {
  const { id, forked_from: origin } = conversation;
  const [forks, setForks] = useState<Forks>();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    // A server without forks has none to show.
    pageOf(id, undefined).then(setForks, () => undefined);
  }, [items]);
  const number = forks?.data.length ?? 0;
  if (origin === undefined && number === 0) return null;
  return (
    <div class="branches">
      <p class="branches-head">
        {origin === null && (
          <span class="quiet">Forked from a conversation that is gone, or not yours to see.</span>
        )}
        {origin !== undefined && origin !== null && (
          <span>
            <span class="quiet">Forked from</span> <Origin origin={origin} />
          </span>
        )}
        {(number > 0 || (origin !== undefined && origin !== null)) && (
          <button
            type="button"
            class="plain"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {namedForks(forks)}
          </button>
        )}
      </p>
      {isOpen && <Tree conversation={conversation} forks={forks} />}
    </div>
  );
}

function namedForks(forks: Forks | undefined): string {
  const number = forks?.data.length ?? 0;
  if (number === 0) return 'Branches';
  return `${number}${forks?.next === undefined ? '' : '+'} ${number === 1 ? 'fork' : 'forks'}`;
}

async function pageOf(id: string, after: string | undefined): Promise<Forks> {
  const { data, has_more, last_id } = await forksOf(id, after);
  return { data, before: 0, next: has_more ? (last_id ?? undefined) : undefined };
}

/** Where a fork was made: a link to the item in its source. */
function Origin({ origin }: { readonly origin: ForkOrigin }) {
  const { conversation_id: source, item_id: item } = origin;
  return (
    <>
      <a href={fragmentOf({ page: 'conversation', id: source, item: undefined })}>
        <code>{middleCut(source)}</code>
      </a>{' '}
      <Place origin={origin} key={item} />
    </>
  );
}

/** The sources of a conversation down to itself, and its forks. */
function Tree({
  conversation,
  forks,
}: {
  readonly conversation: Conversation;
  readonly forks: Forks | undefined;
}) {
  const [ancestors, setAncestors] = useState<readonly Conversation[]>();
  useEffect(() => {
    void ancestorsOf(conversation).then(setAncestors);
  }, [conversation]);
  if (ancestors === undefined) return <p class="quiet">Looking for branches…</p>;
  const [root] = ancestors;
  const isHidden = root?.forked_from === null;
  const self = <Node node={conversation} self={conversation.id} forks={forks} isOpen />;
  return (
    <ul class="tree" aria-label="Branches">
      {isHidden && <li class="quiet">a conversation that is gone, or not yours to see</li>}
      {ancestors.reduceRight(
        (inner, ancestor) => (
          <Node key={ancestor.id} node={ancestor} self={conversation.id} inner={inner} />
        ),
        self,
      )}
    </ul>
  );
}

/** One conversation of the tree, with the way to its forks. */
function Node({
  node,
  self,
  forks: known,
  isOpen: isOpenAtFirst = false,
  inner,
}: {
  readonly node: Conversation;
  /** The conversation that the reader is in. */
  readonly self: string;
  readonly forks?: Forks | undefined;
  readonly isOpen?: boolean;
  /** The branch that leads to the reader, which stands for the other forks until they are asked for. */
  readonly inner?: VNode;
}) {
  const [forks, setForks] = useState(known);
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const [problem, setProblem] = useState('');
  const place = useRef<HTMLLIElement>(null);
  /** Moves the focus from a removed button to the first new fork, or to this one. */
  const keepFocus = (data: readonly Conversation[]): void => {
    if (document.activeElement !== document.body) return;
    const first = data.find(({ id }) => id !== inner?.key);
    const link =
      first && `a[href="${fragmentOf({ page: 'conversation', id: first.id, item: undefined })}"]`;
    place.current?.querySelector<HTMLElement>(link ?? 'a')?.focus();
  };
  const load = (after?: string): void => {
    setProblem('');
    pageOf(node.id, after).then(
      ({ data, next }) => {
        const all = after === undefined ? data : [...(forks?.data ?? []), ...data];
        const cut = Math.max(0, all.length - MOST_FORKS);
        const before = after === undefined ? 0 : (forks?.before ?? 0) + cut;
        setForks({ data: all.slice(cut), before, next });
        requestAnimationFrame(() => keepFocus(data));
      },
      (error: unknown) => setProblem(asFailure(error).message),
    );
  };
  const toggle = (): void => {
    setOpen(!isOpen);
    if (forks === undefined) load();
  };
  const isSelf = node.id === self;
  const before = forks?.before ?? 0;
  const hasNone = forks !== undefined && forks.data.length === 0;
  const others = isOpen ? (forks?.data ?? []) : [];
  return (
    <li ref={place}>
      <div class="node">
        {hasNone ? (
          <span class="node-fork" />
        ) : (
          <button
            type="button"
            class="plain node-fork"
            aria-expanded={isOpen}
            aria-label={`Forks of ${middleCut(node.id)}`}
            onClick={toggle}
          >
            {isOpen ? '▾' : '▸'}
          </button>
        )}
        <NodeFacts node={node} isSelf={isSelf} />
        {!isSelf && (
          <a href={fragmentOf({ page: 'compare', left: self, right: node.id })}>Compare</a>
        )}
      </div>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {(inner !== undefined || others.length > 0) && (
        <ul>
          {inner}
          {isOpen && before > 0 && (
            <li>
              <button type="button" onClick={() => load()}>
                First forks
              </button>
            </li>
          )}
          {others
            .filter(({ id }) => inner === undefined || id !== inner.key)
            .map((fork) => (
              <Node key={fork.id} node={fork} self={self} />
            ))}
          {isOpen && forks?.next !== undefined && (
            <li>
              <button type="button" onClick={() => load(forks.next)}>
                More forks
              </button>{' '}
              <span class="quiet">
                {count(before + 1)}–{count(before + forks.data.length)} shown
              </span>
            </li>
          )}
        </ul>
      )}
    </li>
  );
}

function NodeFacts({ node, isSelf }: { readonly node: Conversation; readonly isSelf: boolean }) {
  const { id, item_count, last_item_at, created_at, forked_from: origin } = node;
  const { text, isId } = titleOf(hidesTexts.value ? { id, metadata: {} } : node);
  return (
    <>
      {isSelf ? (
        <strong dir="auto">{text}</strong>
      ) : (
        <a href={fragmentOf({ page: 'conversation', id, item: undefined })} dir="auto">
          {text}
        </a>
      )}
      {!isId && <code class="quiet">{middleCut(id)}</code>}
      {isSelf && <span class="quiet">this one</span>}
      {origin !== undefined && origin !== null && <Place origin={origin} />}
      {typeof item_count === 'number' && <span class="quiet">{itemsText(item_count)}</span>}
      <span class="quiet">
        <Time at={last_item_at ?? created_at} />
      </span>
    </>
  );
}
