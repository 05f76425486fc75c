import type { Parameter, Use } from '../../src/contract/responses/parameters/parameter.ts';
import { PARAMETER_SUBJECTS } from '../../src/contract/responses/parameters/table.ts';
import { asJsonSchema, type JsonSchema } from '../../src/contract/schema/schema.ts';
import { code, table } from './markdown.ts';

const USES: Readonly<Record<Use, string>> = {
  honour: 'honoured',
  pass: 'passed on',
  echo: 'repeated only',
  ignore: 'taken, without any effect',
  refuse: 'refused',
};

/** Returns the parameters of `POST /v1/responses`: for each subject a table. */
export function responseParameters(): string {
  return PARAMETER_SUBJECTS.map(({ title, parameters }) => {
    const rows = Object.entries<Parameter>(parameters).map(row);
    const header = ['parameter', 'values', 'default', 'treatment', 'meaning'];
    return [`## ${title}`, table(header, rows)].join('\n\n');
  }).join('\n\n');
}

function row([name, { use, schema, default: byDefault, description }]: readonly [
  string,
  Parameter,
]): readonly string[] {
  const values = valuesOf(asJsonSchema(schema));
  const shown = byDefault === undefined || byDefault === null ? '' : JSON.stringify(byDefault);
  return [code(name), values, code(shown), USES[use], description];
}

/** Returns the values of a schema in words; none for a parameter that takes only null. */
function valuesOf(schema: JsonSchema): string {
  const { anyOf, enum: values, const: value, type, items, minimum, maximum } = schema;
  if (anyOf !== undefined) return [...new Set(anyOf.map(valuesOf))].join(' or ');
  if (values !== undefined) return values.map((entry) => code(String(entry))).join(', ');
  if (value !== undefined) return code(JSON.stringify(value));
  if (type === 'null') return 'none';
  if (type === 'array') return items?.enum === undefined ? 'list of objects' : 'list of strings';
  const range = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined ? [] : [`to ${maximum}`]),
  ];
  return [type, ...range].join(' ');
}
