import type { Item, Stub } from '../api/objects.ts';
import { Icon } from '../look/icons.tsx';
import { bytes, count, ordinal } from '../text/numbers.ts';
import { LongText } from '../text/long-text.tsx';
import { JsonChildren } from '../text/json-tree.tsx';
import type { Entry } from '../transcript/entry.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { Disclosure } from './disclosure.tsx';
import { list, parsed, textOf } from './fields.ts';
import { toolName } from './lines.ts';
import { Part } from './parts.tsx';

/** Bodies up to this are open from the start. */
const SMALL = 240;
const ARGUMENT_FIELDS = ['arguments', 'input', 'action', 'actions', 'operation', 'code'];
const OUTPUT_FIELDS = ['output', 'tools', 'result'];

/** A call and its output in one card, at the place of the call. Either may be missing. */
export function CallCard({
  item,
  call,
  output,
  items,
}: {
  readonly item: Item;
  readonly call: Entry | undefined;
  readonly output: Entry | undefined;
  readonly items: ItemWindow;
}) {
  const name = call === undefined ? textOf(item['call_id']) || item.type : toolName(item);
  const seconds =
    call === undefined || output === undefined ? 0 : output.createdAt - call.createdAt;
  return (
    <section class="card">
      <p class="card-head">
        <Icon name="tool" />
        <strong>{name}</strong>
        <span class="quiet">{item.type.replaceAll('_', ' ')}</span>
        <Status item={item} />
        {seconds > 0 && <span class="quiet">{count(seconds)} s</span>}
        {call !== undefined && output !== undefined && (
          <span class="quiet">output {ordinal(output.position)}</span>
        )}
      </p>
      {call === undefined ? (
        <p class="quiet">The call of this output is not loaded, or not stored.</p>
      ) : (
        <Body
          id={`${call.id} arguments`}
          name="arguments"
          value={valueIn(item, ARGUMENT_FIELDS)}
          items={items}
        />
      )}
      {output === undefined ? (
        <p class="quiet">No output is stored.</p>
      ) : (
        <OutputBody id={`${output.id} output`} item={output.item} items={items} />
      )}
    </section>
  );
}

function OutputBody({
  id,
  item,
  items,
}: {
  readonly id: string;
  readonly item: Item | Stub;
  readonly items: ItemWindow;
}) {
  if ('bytes' in item && 'object' in item) {
    return (
      <p class="quiet">Its output has {bytes(Number(item.bytes))}: open it at its own place.</p>
    );
  }
  return <Body id={id} name="output" value={valueIn(item, OUTPUT_FIELDS)} items={items} />;
}

function valueIn(item: Item, names: readonly string[]): unknown {
  const name = names.find((each) => item[each] !== undefined && item[each] !== null);
  return name === undefined ? undefined : item[name];
}

/** Arguments or output: JSON as a tree, parts as parts, anything else as text. */
function Body({
  id,
  name,
  value,
  items,
}: {
  readonly id: string;
  readonly name: string;
  readonly value: unknown;
  readonly items: ItemWindow;
}) {
  if (value === undefined || value === '') return <p class="quiet">No {name}.</p>;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const tree = typeof value === 'string' ? parsed(value) : (value as object);
  const isParts = Array.isArray(value) && list(value).every((part) => textOf(part['type']) !== '');
  return (
    <Disclosure
      id={id}
      name={name}
      note={bytes(text.length)}
      isOpen={text.length <= SMALL}
      items={items}
    >
      {isParts && list(value).map((part, index) => <Part key={index} part={part} />)}
      {!isParts && tree !== undefined && <JsonChildren value={tree} />}
      {!isParts && tree === undefined && (
        <pre class="output">
          <LongText text={text} />
        </pre>
      )}
    </Disclosure>
  );
}

/** The state of a call in a word; nothing for one that is done. */
export function Status({ item }: { readonly item: Item }) {
  const status = textOf(item['status']);
  if (status === '' || status === 'completed') return null;
  return <span class="status">{status.replaceAll('_', ' ')}</span>;
}
