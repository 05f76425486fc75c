import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../look/icons.tsx';
import { useKeys } from '../look/keys.ts';
import { go, place } from '../place.ts';
import { openId } from './open-id.ts';
import { parseQuery } from './query.ts';

/** The one bar for filters, ids and words. */
export function SearchBar() {
  const field = useRef<HTMLInputElement>(null);
  const at = place.value;
  const query = 'query' in at ? at.query : '';
  const [problems, setProblems] = useState<readonly string[]>([]);
  useEffect(() => {
    if (field.current !== null) field.current.value = query;
    setProblems(parseQuery(query).problems);
  }, [query]);
  useKeys({
    '/': () => {
      field.current?.focus();
      field.current?.select();
    },
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    const text = field.current?.value.trim() ?? '';
    const parsed = parseQuery(text);
    setProblems(parsed.problems);
    field.current?.blur();
    if (parsed.id !== undefined) void openId(parsed.id);
    else go({ page: parsed.words === '' ? 'conversations' : 'search', query: text });
  };
  return (
    <form class="bar" role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label="Search words, key:value, owner:name, created:2026-11-01.., or an id"
        placeholder="Words, user_id:17, owner:ann, created:2026-11-01.., or an id"
        autocomplete="off"
        spellcheck={false}
        aria-describedby="bar-problems"
      />
      <kbd aria-hidden="true">/</kbd>
      <p id="bar-problems" class="problem" role="status">
        {problems.join(' ')}
      </p>
    </form>
  );
}
