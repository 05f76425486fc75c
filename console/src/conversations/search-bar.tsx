import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../look/icons.tsx';
import { useKeys } from '../look/keys.ts';
import { go, place } from '../place.ts';
import { openId } from './open-id.ts';
import { parseQuery } from './query.ts';
import { completed, suggestionsFor, type Suggestion } from './suggestions.ts';

/** The one bar for filters, ids and words. */
export function SearchBar() {
  const field = useRef<HTMLInputElement>(null);
  const at = place.value;
  const query = 'query' in at ? at.query : '';
  const view = at.page === 'conversations' || at.page === 'search' ? at.view : undefined;
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [suggestions, setSuggestions] = useState<readonly Suggestion[]>([]);
  const [chosen, setChosen] = useState(-1);
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
  const suggest = (found: readonly Suggestion[]): void => {
    setSuggestions(found);
    setChosen(-1);
  };
  const complete = (suggestion: Suggestion | undefined): void => {
    if (suggestion === undefined || field.current === null) return;
    field.current.value = completed(field.current.value, suggestion);
    field.current.focus();
    suggest(suggestionsFor(field.current.value));
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const text = field.current?.value.trim() ?? '';
    const parsed = parseQuery(text);
    setProblems(parsed.problems);
    suggest([]);
    field.current?.blur();
    // Words are looked for in what is not in the trash alone.
    const list = at.page === 'trash' ? 'trash' : 'conversations';
    const page = parsed.words === '' ? list : 'search';
    if (parsed.id !== undefined) void openId(parsed.id);
    else go({ page, query: text, ...(at.page === page && view && { view }) });
  };
  const move = (event: KeyboardEvent): void => {
    if (suggestions.length === 0) return;
    const number = suggestions.length;
    if (event.key === 'ArrowDown') setChosen((chosen + 1) % number);
    else if (event.key === 'ArrowUp') setChosen(chosen <= 0 ? number - 1 : chosen - 1);
    else if (event.key === 'Escape') suggest([]);
    else if ((event.key === 'Enter' || event.key === 'Tab') && chosen !== -1) {
      complete(suggestions[chosen]);
    } else return;
    event.preventDefault();
  };
  const isOpen = suggestions.length > 0;
  return (
    <form class="bar" role="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={field}
        type="text"
        inputMode="search"
        enterkeyhint="search"
        role="combobox"
        aria-label="Search words, key:value, owner:name, created:2026-11-01.., or an id"
        placeholder="Words, user_id:17, owner:ann, created:2026-11-01.., or an id"
        autocomplete="off"
        spellcheck={false}
        aria-describedby="bar-problems"
        aria-expanded={isOpen}
        aria-controls="bar-suggestions"
        aria-autocomplete="list"
        aria-activedescendant={chosen === -1 ? undefined : `bar-suggestion-${chosen}`}
        onInput={(event) => suggest(suggestionsFor(event.currentTarget.value))}
        onKeyDown={move}
        onBlur={() => suggest([])}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul
        id="bar-suggestions"
        class="suggestions"
        role="listbox"
        aria-label="Filters"
        hidden={!isOpen}
      >
        {suggestions.map((suggestion, index) => (
          <li
            key={suggestion.token}
            id={`bar-suggestion-${index}`}
            role="option"
            aria-selected={index === chosen}
            // Before the field loses the focus.
            onMouseDown={(event) => {
              event.preventDefault();
              complete(suggestion);
            }}
          >
            <span>{suggestion.token}</span> <span class="quiet">{suggestion.meaning}</span>
          </li>
        ))}
      </ul>
      <p id="bar-problems" class="problem" role="status">
        {problems.join(' ')}
      </p>
    </form>
  );
}
