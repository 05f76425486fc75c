/** The kinds of columns that tables have. */

import { isJsonObject, type JsonObject } from '../base/json-object.ts';

/** The content of a column: how it is stored, checked on import, and written into an archive. */
export interface Column<Stored extends string | number | null = string | number | null> {
  readonly kind: 'text' | 'name' | 'integer' | 'flag' | 'time' | 'json' | 'list' | 'attributes';
  readonly isNullable: boolean;
  /** Value of the column for rows of archives that are older than the column, made of the row's fields. */
  readonly earlier?: (fields: JsonObject) => Stored;
  /** Carries the type alone. */
  readonly stored?: Stored;
}

const column = <Stored extends string | number>(kind: Column['kind']): Column<Stored> => ({
  kind,
  isNullable: false,
});
export const nullable = <Stored extends string | number>({
  kind,
}: Column<Stored>): Column<Stored | null> => ({
  kind,
  isNullable: true,
});

/** A column that rows of older archives have not, and that is null for them. */
export const newer = <Stored extends string | number>(
  older: Column<Stored>,
): Column<Stored | null> => ({ ...nullable(older), earlier: () => null });

/** Text without control characters. */
export const text = column<string>('text');
/** A tenant or a subject. */
export const name = column<string>('name');
/** A whole number from 0 on. */
export const integer = column<number>('integer');
/** 0 or 1. */
export const flag = column<number>('flag');
/** Unix milliseconds. */
export const time = column<number>('time');
/** The text of a JSON object, as it is served. */
export const json = column<string>('json');
/** The text of a JSON list. */
export const list = column<string>('list');
/** The text of a JSON object with lists of names. */
export const attributes = column<string>('attributes');

/** A number of tokens, which older archives have under this path of the response's usage alone. */
export function tokens(...path: readonly string[]): Column<number> {
  return {
    ...integer,
    earlier: ({ data }) => {
      const count = ['usage', ...path].reduce<unknown>(
        (value, field) => (isJsonObject(value) ? value[field] : undefined),
        data,
      );
      return typeof count === 'number' ? count : 0;
    },
  };
}
