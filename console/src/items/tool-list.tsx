import { JsonTree } from '../text/json-tree.tsx';
import { count } from '../text/numbers.ts';
import { Disclosure } from './disclosure.tsx';
import { list, textOf } from './fields.ts';

/** Tools by their names; opened, with their descriptions and schemas. */
export function ToolList({ name, tools }: { readonly name: string; readonly tools: unknown }) {
  const all = list(tools);
  if (all.length === 0) return <p class="quiet">No {name}.</p>;
  const names = all.map((tool) => nameOf(tool));
  return (
    <Disclosure
      name={name}
      note={`${count(all.length)} · ${names.slice(0, 8).join(', ')}`}
      of={tools}
    >
      {all.map((tool, index) => (
        <div key={index} class="tool">
          <JsonTree name={names[index] ?? ''} value={tool} path={`${name} ${index}`} />
          {typeof tool['description'] === 'string' && <p>{tool['description'].slice(0, 400)}</p>}
        </div>
      ))}
    </Disclosure>
  );
}

function nameOf(tool: Readonly<Record<string, unknown>>): string {
  const [own, server] = [textOf(tool['name']), textOf(tool['server_label'])];
  return own || server || textOf(tool['type']) || 'tool';
}
