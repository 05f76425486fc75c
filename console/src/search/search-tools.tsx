import { Facts } from '../look/facts.tsx';
import { go, type View } from '../place.ts';

const ROLES = ['user', 'assistant', 'system', 'developer'];

/** Types of items with words of their own, by what they are called here. */
const TYPES: readonly (readonly [type: string, name: string])[] = [
  ['message', 'messages'],
  ['function_call', 'function calls'],
  ['function_call_output', 'outputs of functions'],
  ['reasoning', 'reasoning'],
  ['mcp_call', 'MCP calls'],
  ['web_search_call', 'web searches'],
  ['file_search_call', 'file searches'],
  ['code_interpreter_call', 'code interpreter'],
  ['custom_tool_call', 'custom tools'],
  ['shell_call', 'shell calls'],
];

/** The order of what is found, and which items are meant. */
export function ItemFilters({ query, view }: { readonly query: string; readonly view: View }) {
  const set = (name: string, value: string): void =>
    go({ page: 'search', query, view: { ...view, [name]: value } });
  return (
    <div class="tools" role="group" aria-label="What is found">
      <Pick
        name="Order"
        value={view['sort'] ?? ''}
        options={[
          ['', 'newest first'],
          ['relevance', 'relevance'],
        ]}
        choose={(value) => set('sort', value)}
      />
      <Pick
        name="Role"
        value={view['role'] ?? ''}
        options={[['', 'any'], ...ROLES.map((role) => [role, role] as const)]}
        choose={(value) => set('role', value)}
      />
      <Pick
        name="Type"
        value={view['type'] ?? ''}
        options={[['', 'any'], ...TYPES]}
        choose={(value) => set('type', value)}
      />
      <label class="pick">
        <input
          type="checkbox"
          checked={view['group'] === 'conversation'}
          onChange={(event) => set('group', event.currentTarget.checked ? 'conversation' : '')}
        />{' '}
        By conversation
      </label>
      {view['in'] !== undefined && (
        <button type="button" class="plain" onClick={() => set('in', '')}>
          In one conversation: search all
        </button>
      )}
    </div>
  );
}

function Pick({
  name,
  value,
  options,
  choose,
}: {
  readonly name: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly choose: (value: string) => void;
}) {
  return (
    <label class="pick">
      {name}{' '}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {options.map(([each, label]) => (
          <option key={each} value={each}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

const FORMS: readonly (readonly [form: string, meaning: string])[] = [
  ['helm staging', 'both words, in any case'],
  ['"helm rollback"', 'the words next to each other'],
  ['deploy*', 'a word that begins so; three characters at least'],
  ['helm -dev', 'the first word and not the second'],
  ['msg_…', 'the item with this id'],
];

/** What a search understands. */
export function QueryHelp() {
  return <Facts facts={FORMS.map(([form, meaning]) => [<code>{form}</code>, meaning])} />;
}
