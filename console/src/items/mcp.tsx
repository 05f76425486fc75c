import type { Item } from '../api/objects.ts';
import { JsonChildren, JsonTree } from '../text/json-tree.tsx';
import { LongText } from '../text/long-text.tsx';
import { bytes } from '../text/numbers.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { Disclosure } from './disclosure.tsx';
import { list, parsed, textOf } from './fields.ts';
import { Head } from './hosted.tsx';

interface ViewProps {
  readonly item: Item;
  readonly items: ItemWindow;
}

const SMALL = 240;

/** A call of an MCP server's tool, which has its output within. */
export function McpCall({ item, items }: ViewProps) {
  const error = item['error'];
  return (
    <section class="card">
      <Head item={item} />
      <Value
        id={`${item.id} arguments`}
        name="arguments"
        text={textOf(item['arguments'])}
        items={items}
      />
      <Value id={`${item.id} output`} name="output" text={textOf(item['output'])} items={items} />
      {error !== undefined && error !== null && <JsonTree name="error" value={error} isOpen />}
    </section>
  );
}

function Value({
  id,
  name,
  text,
  items,
}: {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly items: ItemWindow;
}) {
  if (text === '') return null;
  const tree = parsed(text);
  return (
    <Disclosure
      id={id}
      name={name}
      note={bytes(text.length)}
      isOpen={text.length <= SMALL}
      items={items}
    >
      {tree === undefined ? <LongText text={text} /> : <JsonChildren value={tree} />}
    </Disclosure>
  );
}

export function McpTools({ item, items }: ViewProps) {
  const tools = list(item['tools']);
  const label = textOf(item['server_label']);
  return (
    <Disclosure
      id={`${item.id} tools`}
      name={`tools of ${label}`}
      note={String(tools.length)}
      items={items}
    >
      {tools.map((tool, index) => (
        <JsonTree key={index} name={textOf(tool['name'])} value={tool} />
      ))}
    </Disclosure>
  );
}

export function ApprovalRequest({ item, items }: ViewProps) {
  return (
    <section class="card">
      <Head item={item} />
      <p>The model asks for permission to make this call.</p>
      <Value
        id={`${item.id} arguments`}
        name="arguments"
        text={textOf(item['arguments'])}
        items={items}
      />
    </section>
  );
}

export function ApprovalResponse({ item }: ViewProps) {
  const reason = textOf(item['reason']);
  return (
    <p>
      <strong>{item['approve'] === true ? 'Approved' : 'Refused'}</strong>{' '}
      <span class="quiet">the call {textOf(item['approval_request_id'])}</span>
      {reason !== '' && <> — {reason}</>}
    </p>
  );
}
