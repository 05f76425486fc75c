/** Form of an entry of the table of parameters. */

import { Type, type Static, type TNull, type TSchema, type TUnsafe } from 'typebox';
import { acceptsNull, asJsonSchema, nullable } from '../../schema/schema.ts';

/**
 * Treatment of a parameter: `honour` by the server itself, `pass` to the model server, `echo` in the answer without
 * any effect, `ignore` without a trace, `refuse` by name.
 */
export type Use = 'honour' | 'pass' | 'echo' | 'ignore' | 'refuse';

export interface Parameter<Schema extends TSchema = TSchema> {
  readonly use: Use;
  /** One or two sentences, as Markdown. */
  readonly description: string;
  /** Schema of the values that are taken. Null counts as omitted. */
  readonly schema: Schema;
  /** Schema of the values that OpenAI's service takes. Those that do not fit `schema` are refused by name. */
  readonly known?: TSchema;
  /** Meaning of an omitted parameter, and its echo. Null when it has no value then. */
  readonly default?: unknown;
}

/** A parameter that the Response object repeats. */
export interface EchoedParameter<Schema extends TSchema, Repeated> extends Parameter<Schema> {
  readonly echo: {
    /** Schema of the field of the Response object. */
    readonly schema: TUnsafe<Repeated>;
    /** Returns the value of the field; `undefined` stands for an omitted parameter. */
    of(value: Static<Schema> | undefined): Repeated;
  };
}

/** Defines a parameter that the Response object does not repeat. */
export function parameter<Schema extends TSchema>(entry: Parameter<Schema>): Parameter<Schema> {
  return entry;
}

/** Defines a parameter that is repeated as it was sent, or as its default. */
export function repeated<Schema extends TSchema, const Default extends Static<Schema> | null>(
  entry: Parameter<Schema> & { readonly default: Default },
): EchoedParameter<Schema, Static<Schema> | Default> {
  const { schema, default: byDefault } = entry;
  const hasNull = byDefault !== null || acceptsNull(asJsonSchema(schema));
  return {
    ...entry,
    echo: {
      schema: Type.Unsafe<Static<Schema> | Default>(hasNull ? schema : nullable(schema)),
      of: (value) => value ?? byDefault,
    },
  };
}

/** Defines a parameter that is repeated in another form than it was sent. */
export function rendered<Schema extends TSchema, Repeated extends TSchema>(
  entry: Parameter<Schema>,
  schema: Repeated,
  of: (value: Static<Schema> | undefined) => Static<Repeated>,
): EchoedParameter<Schema, Static<Repeated>> {
  return { ...entry, echo: { schema: Type.Unsafe<Static<Repeated>>(schema), of } };
}

/** Defines a parameter of OpenAI's service that is refused unless it is null, and is null in the answer. */
export function refused(description: string): EchoedParameter<TNull, null> {
  return repeated({
    use: 'refuse',
    description,
    schema: Type.Null(),
    known: Type.Unknown(),
    default: null,
  });
}
