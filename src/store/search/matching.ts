/** What an item must have, as the two databases express it. Words have letters and digits alone, and no syntax. */

import type { SearchTerm, SearchTerms } from '../../contract/search/terms.ts';
import type { RowFilter } from '../../base/row-filter.ts';
import type { SearchFilters, SearchParams } from './port.ts';
import { conversationWord, ownerWord, roleWord, tenantWord, typeWord } from './scope.ts';

/** Words of which one suffices, in each entry. */
type Scopes = readonly (readonly string[])[];

/** Returns the words of where an item must belong. They narrow the search; the access condition decides. */
export function scopesOf({ tenant, access, filters }: SearchParams): Scopes {
  const { conversationId, owner, types, roles } = filters;
  const owners = [...ownersOf(access), ...(owner === undefined ? [] : [owner])];
  return [
    [tenantWord(tenant)],
    ...owners.map((name) => [ownerWord(tenant, name)]),
    ...(conversationId === undefined ? [] : [[conversationWord({ tenant, conversationId })]]),
    ...lists({ types, roles }),
  ];
}

function lists({ types, roles }: Pick<SearchFilters, 'types' | 'roles'>): Scopes {
  return [types.map(typeWord), roles.map(roleWord)].filter((words) => words.length > 0);
}

/** Returns the owners that a filter demands. */
function ownersOf(filter: RowFilter): readonly string[] {
  if (filter.kind === 'owner') return [filter.subject];
  return filter.kind === 'and' ? filter.filters.flatMap(ownersOf) : [];
}

/** Returns a query of SQLite's full-text index. */
export function ftsQuery(scopes: Scopes, { wanted, unwanted }: SearchTerms): string {
  // The words first: they are the rarer ones, and lead through the lists of the others.
  const all = [
    ...wanted.map(ftsPhrase),
    ...scopes.map((words) => `(${words.map((word) => `"${word}"`).join(' OR ')})`),
  ].join(' AND ');
  return unwanted.length === 0 ? all : `(${all}) NOT (${unwanted.map(ftsPhrase).join(' OR ')})`;
}

function ftsPhrase({ words, isPrefix }: SearchTerm): string {
  return `"${words.join(' ')}"${isPrefix ? ' *' : ''}`;
}

/** Returns a query of PostgreSQL's text search, of single words. */
export function wordsQuery(scopes: Scopes, { wanted }: SearchTerms): string {
  const words = wanted.flatMap((term) =>
    term.words.map((word, index) => {
      const isBeginning = term.isPrefix && index === term.words.length - 1;
      return `'${word}'${isBeginning ? ':*' : ''}`;
    }),
  );
  return [
    ...scopes.map((some) => `(${some.map((word) => `'${word}'`).join(' | ')})`),
    ...words,
  ].join(' & ');
}

/** Returns the text that an item with the term has, if its words stand between spaces. */
export function spacedText({ words, isPrefix }: SearchTerm): string {
  return ` ${words.join(' ')}${isPrefix ? '' : ' '}`;
}

/** Returns the spaced texts of where an item must belong; one of each entry suffices. */
export function spacedScopes(scopes: Scopes): readonly (readonly string[])[] {
  return scopes.map((words) => words.map((word) => ` ${word} `));
}
