/** The one list of the parameters of `POST /v1/responses`. */

import { Type, type Static, type TSchema } from 'typebox';
import { asJsonSchema } from '../../schema/schema.ts';
import { CONTEXT_PARAMETERS, inputSchema } from './context.ts';
import { DELIVERY_PARAMETERS } from './delivery.ts';
import { LABEL_PARAMETERS } from './labels.ts';
import { MODEL_PARAMETERS } from './model.ts';
import type { EchoedParameter, Parameter } from './parameter.ts';
import { TOOL_PARAMETERS } from './tools.ts';

/** The parameters by subject, in the order of the documentation and of the checks. */
export const PARAMETER_SUBJECTS = [
  { title: 'Context', parameters: CONTEXT_PARAMETERS },
  { title: 'Model', parameters: MODEL_PARAMETERS },
  { title: 'Tools', parameters: TOOL_PARAMETERS },
  { title: 'Delivery and storage', parameters: DELIVERY_PARAMETERS },
  { title: 'Labels', parameters: LABEL_PARAMETERS },
] as const;

export const PARAMETERS = {
  ...CONTEXT_PARAMETERS,
  ...MODEL_PARAMETERS,
  ...TOOL_PARAMETERS,
  ...DELIVERY_PARAMETERS,
  ...LABEL_PARAMETERS,
};
type Parameters = typeof PARAMETERS;

/** A checked body: the values of the parameters that were given. */
export type ResponseBody = {
  readonly [Name in keyof Parameters]?: Static<Parameters[Name]['schema']>;
};

type EchoedName = {
  [Name in keyof Parameters]: Parameters[Name] extends { readonly echo: unknown } ? Name : never;
}[keyof Parameters];

/** The fields of a Response object that repeat its request. They are JSON, and may be stored. */
export type ResponseEcho = {
  -readonly [Name in EchoedName]: ReturnType<Parameters[Name]['echo']['of']>;
};

/** An entry whose types are left out, for loops over the table. */
type Entry = Parameter & Partial<Pick<EchoedParameter<TSchema, unknown>, 'echo'>>;
const ENTRIES: readonly (readonly [string, Entry])[] = Object.entries<Entry>(PARAMETERS);

/** Returns the fields of a Response object that repeat a body, with the defaults of omitted parameters. */
export function echoOf(body: ResponseBody): ResponseEcho {
  const given: Readonly<Record<string, unknown>> = body;
  // Sound: the fields are those of the echoed parameters, each made by the entry of its name.
  return Object.fromEntries(
    ENTRIES.flatMap(([name, { echo }]) =>
      echo === undefined ? [] : [[name, echo.of(given[name])]],
    ),
  ) as ResponseEcho;
}

/** Schemas of the fields of a Response object that repeat its request. */
export const ECHO_SCHEMAS: Readonly<Record<string, TSchema>> = Object.fromEntries(
  ENTRIES.flatMap(([name, { echo }]) => (echo === undefined ? [] : [[name, echo.schema]])),
);

/** An operation that takes some of the parameters. */
export interface ParameterSubset {
  readonly names: readonly (keyof Parameters)[];
  /** Parameters of this operation alone, which have no effect. */
  readonly ignored: Readonly<Record<string, TSchema>>;
  /** Title of the schema of its body. */
  readonly title: string;
}

function entriesOf({ names }: Pick<ParameterSubset, 'names'>): typeof ENTRIES {
  const taken: readonly string[] = names;
  return ENTRIES.filter(([name]) => taken.includes(name));
}

const ALL: ParameterSubset = {
  // Sound: the keys of the table.
  names: Object.keys(PARAMETERS) as (keyof Parameters)[],
  ignored: {},
  title: 'CreateResponse',
};

/** Makes the schema of a body for the document: only what is taken. */
export function createResponseBody(
  item: TSchema,
  mostInputItems: number,
  subset: ParameterSubset = ALL,
): TSchema {
  const fields = entriesOf(subset).map(([name, { schema, description, default: byDefault }]) => {
    const taken = name === 'input' ? inputSchema(item, mostInputItems) : schema;
    // A named schema is described where it is defined.
    if (asJsonSchema(taken).title !== undefined) return [name, Type.Optional(taken)];
    const notes = { description, ...(byDefault !== undefined && { default: byDefault }) };
    return [name, Type.Optional(Type.Unsafe({ ...taken, ...notes }))];
  });
  return bodyOf({ ...Object.fromEntries(fields), ...optional(subset.ignored) }, subset.title);
}

/** Makes the schema of the body for the parser: also the values that are refused by name, and items of any form. */
export function knownResponseBody(mostInputItems: number, subset: ParameterSubset = ALL): TSchema {
  const fields = entriesOf(subset).map(([name, { schema, known = schema }]) => [
    name,
    Type.Optional(name === 'input' ? inputSchema(Type.Unknown(), mostInputItems) : known),
  ]);
  const title = `Known${subset.title}`;
  return bodyOf({ ...Object.fromEntries(fields), ...optional(subset.ignored) }, title);
}

function optional(fields: Readonly<Record<string, TSchema>>): Record<string, TSchema> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, Type.Optional(schema)]),
  );
}

function bodyOf(fields: Record<string, TSchema>, title: string): TSchema {
  return Type.Object(fields, { title, additionalProperties: false });
}

/** The parameters that take fewer values than OpenAI's service. */
export const REFUSING: readonly (readonly [string, Parameter])[] = ENTRIES.filter(
  ([, { known }]) => known !== undefined,
);
