/** Parameters of stored responses that OpenAI's API lacks: `include` adds a report, `exclude` leaves large fields out. */

import { Type, type Static } from 'typebox';
import { Include } from '../items/include.ts';
import { listOf, nullable } from '../schema/schema.ts';
import { RESPONSE_FIELDS, type ResponseObject } from './response.ts';

/** The value of `include` that asks for the report of a response. */
export const REPORT = 'report';

/** Values of `include` of a response. */
export const ResponseInclude = Type.Enum([...Include.enum, REPORT], {
  title: 'ResponseIncludable',
});
export type ResponseInclude = (typeof ResponseInclude.enum)[number];

/** Values of `exclude` of a response: fields that may be large. */
export const ResponseExclude = Type.Enum(['output', 'instructions', 'tools'], {
  title: 'ResponseExcludable',
});
export type ResponseExclude = (typeof ResponseExclude.enum)[number];

const milliseconds = (description: string) =>
  nullable(Type.Integer({ minimum: 0, description: `Milliseconds. ${description}` }));
const position = (description: string) => Type.Integer({ minimum: 0, description });

const ResponseReport = Type.Object(
  {
    output_position: position('Position of its first output item; its input precedes it'),
    end_position: position('Position after its last item'),
    time_to_first_token_ms: milliseconds(
      'From the request to the first piece of text, reasoning or arguments; null without one',
    ),
    duration_ms: milliseconds('From the request to the end; null where it was not measured'),
    repairs: nullable(
      Type.Unsafe<Readonly<Record<string, number>>>({
        type: 'object',
        additionalProperties: { type: 'integer', minimum: 1 },
        description:
          'What was changed in what the model was shown, as counts by rule; null where that was not noted',
      }),
    ),
  },
  { title: 'ResponseReport' },
);

/** A response with its report, if the request asks for it. */
export const DetailedResponse = Type.Unsafe<
  ResponseObject & { readonly report?: Static<typeof ResponseReport> | null }
>(
  Type.Object(
    // null for a response that has not ended.
    { ...RESPONSE_FIELDS, report: Type.Optional(nullable(ResponseReport)) },
    { title: 'DetailedResponse' },
  ),
);

export const DetailedResponseList = listOf(DetailedResponse, 'ResponseList');

interface ReportFields {
  readonly firstOutput?: number;
  readonly endPosition?: number;
  /** JSON text of what the turn has noted. */
  readonly report?: string | null;
}

/** Returns the JSON of a report; `null` for a response that has not ended. */
export function reportJson({ firstOutput, endPosition, report = null }: ReportFields): string {
  if (firstOutput === undefined || endPosition === undefined) return 'null';
  const noted: unknown = report === null ? {} : JSON.parse(report);
  return JSON.stringify({
    output_position: firstOutput,
    end_position: endPosition,
    time_to_first_token_ms: null,
    duration_ms: null,
    repairs: null,
    // Sound: what a turn has noted is an object.
    ...(noted as object),
  });
}
