/**
 * The types of the Responses API and those of the `openai` package are assignable to each other, checked by the
 * compiler. Where they differ on purpose, the difference is named here with its reason, and nothing else may differ.
 */

import type OpenAI from 'openai';
import type { Model } from '../src/contract/responses/models.ts';
import type { OutputItem } from '../src/contract/responses/output-items.ts';
import type { ResponseBody } from '../src/contract/responses/parameters/table.ts';
import type { ResponseDeleted, ResponseObject } from '../src/contract/responses/response.ts';
import type { StreamEvent, StreamEventType } from '../src/contract/responses/stream-events.ts';

/** Compiles only if `Source` may stand where `Target` is expected. */
type Assignable<Source extends Target, Target> = Source;

/** Each of the names for which the value of `Source` does not fit that of `Target`, null and absence aside. */
type Differing<Source, Target, Names extends keyof Source & keyof Target> = {
  [Name in Names]: NonNullable<Source[Name]> extends NonNullable<Target[Name]> ? never : Name;
}[Names];

/** The names that are in one of two unions only. */
type Unlike<Left, Right> = Exclude<Left, Right> | Exclude<Right, Left>;
/** Compiles only without names. The message of the compiler has them. */
type Never<Names extends never> = Names;

/** `stream` is `false` in one of their types and `true` in the other. */
type TheirBody = Omit<OpenAI.Responses.ResponseCreateParamsStreaming, 'stream'> & {
  stream?: boolean | null;
};

/** The table has every parameter of their types, and those that the live API takes and their types lack. */
type SameParameters = [
  Assignable<keyof OpenAI.Responses.ResponseCreateParamsStreaming, keyof ResponseBody>,
  Assignable<keyof OpenAI.Responses.ResponseCreateParamsNonStreaming, keyof ResponseBody>,
  Never<
    Unlike<
      Exclude<keyof ResponseBody, keyof TheirBody>,
      'client_metadata' | 'frequency_penalty' | 'presence_penalty'
    >
  >,
];

/** Parameters of which some values are refused, and why. */
type NarrowerParameter =
  // Refused by name: this server lacks the function.
  | 'access_programs'
  | 'image'
  | 'moderation'
  | 'prompt'
  // Their type of an entry is any text.
  | 'context_management'
  // The hosted tools are OpenAI's own.
  | 'tools'
  | 'tool_choice';

type TheirParameter = keyof TheirBody & keyof ResponseBody;
type TheirParametersFitOurs = Never<
  Unlike<Differing<TheirBody, ResponseBody, TheirParameter>, NarrowerParameter>
>;

/** Parameters of which more is taken than their types have, and why. */
type WiderParameter =
  // Items are parsed one by one, by the table of items.
  | 'input'
  // Tools without `parameters` and `strict`, as the live API takes them.
  | 'tools';
type OurParametersFitTheirs = Never<
  Unlike<Differing<ResponseBody, TheirBody, TheirParameter>, WiderParameter>
>;

/** Their client adds the text of all messages to what is on the wire. */
type TheirResponse = Omit<OpenAI.Responses.Response, 'output_text'>;
type SharedField = keyof ResponseObject & keyof TheirResponse;

/** Fields of their type that are never served, since they belong to functions that this server lacks. */
type UnservedField =
  | 'image'
  | 'input_transformations'
  | 'prompt'
  | 'prompt_cache_diagnostics'
  | 'tool_usage';
type SameFields = [
  Never<Unlike<Exclude<keyof TheirResponse, keyof ResponseObject>, UnservedField>>,
  // Served by the live API, and missing in their types.
  Never<
    Unlike<
      Exclude<keyof ResponseObject, keyof TheirResponse>,
      'frequency_penalty' | 'presence_penalty' | 'store'
    >
  >,
];

/** Fields in which ours does not fit theirs, and why. */
type WiderField =
  // The description of a JSON Schema is null when omitted, as on the wire; their type has it absent.
  | 'text'
  // Repeated as sent; OpenAI's service adds its defaults. So are the options of hosted tools.
  | 'prompt_cache_options'
  | 'tools';
type OurResponseFitsTheirs = Never<
  Unlike<Differing<ResponseObject, TheirResponse, SharedField>, WiderField>
>;

/** Fields of which theirs has more values: of functions that this server lacks, or of items that no model makes. */
type NarrowerField =
  | 'access_programs'
  | 'error'
  | 'incomplete_details'
  | 'instructions'
  | 'moderation'
  | 'output'
  | 'reasoning'
  | 'text'
  | 'tool_choice'
  | 'tools';
type TheirResponseFitsOurs = Never<
  Unlike<Differing<TheirResponse, ResponseObject, SharedField>, NarrowerField>
>;

/** Fields that their types never have as null, and that are null on the wire. */
type NullField = 'prompt_cache_options' | 'usage' | 'user';
type OurNullsFitTheirs = Never<
  Unlike<
    {
      [Name in SharedField]: null extends ResponseObject[Name]
        ? null extends TheirResponse[Name]
          ? never
          : Name
        : never;
    }[SharedField],
    NullField
  >
>;

type TheirItem<Type extends OutputItem['type']> = Extract<
  OpenAI.Responses.ResponseOutputItem,
  { type: Type }
>;
type OurItem<Type extends OutputItem['type']> = Extract<OutputItem, { type: Type }>;
type OutputItemsFit = [
  Assignable<OutputItem, OpenAI.Responses.ResponseOutputItem>,
  Never<
    {
      [Type in OutputItem['type']]: Differing<
        TheirItem<Type>,
        OurItem<Type>,
        keyof TheirItem<Type> & keyof OurItem<Type>
      >;
    }[OutputItem['type']]
  >,
];

type TheirEvent<Type extends StreamEventType> = Extract<
  OpenAI.Responses.ResponseStreamEvent,
  { type: Type }
>;
/** Their `status` of a summary part that was cut is never sent: no summary is made here. */
type TheirEventField<Type extends StreamEventType> = Exclude<keyof TheirEvent<Type>, 'status'>;
/** Responses and items are compared above; log probabilities have their bytes here, and not in their types. */
type ComparedField<Type extends StreamEventType> = Exclude<
  keyof StreamEvent<Type> & TheirEventField<Type>,
  'response' | 'item' | 'logprobs'
>;
type EventsFit = [
  Assignable<StreamEventType, OpenAI.Responses.ResponseStreamEvent['type']>,
  Never<
    {
      [Type in StreamEventType]:
        | Exclude<TheirEventField<Type>, keyof StreamEvent<Type>>
        | Differing<StreamEvent<Type>, TheirEvent<Type>, ComparedField<Type>>
        | Differing<TheirEvent<Type>, StreamEvent<Type>, ComparedField<Type>>;
    }[StreamEventType]
  >,
];
/** Fields of events that their types lack: both forms of an error, and the name of the called function. */
type FurtherEventFields = Never<
  Unlike<
    {
      [Type in StreamEventType]: Exclude<keyof StreamEvent<Type>, keyof TheirEvent<Type>>;
    }[StreamEventType],
    'error' | 'name'
  >
>;

export type Parity = [
  SameParameters,
  TheirParametersFitOurs,
  OurParametersFitTheirs,
  SameFields,
  OurResponseFitsTheirs,
  TheirResponseFitsOurs,
  OurNullsFitTheirs,
  OutputItemsFit,
  EventsFit,
  FurtherEventFields,
  Assignable<Model, OpenAI.Models.Model>,
  Assignable<OpenAI.Models.Model, Model>,
  Assignable<ResponseDeleted, { id: string; object: string; deleted: boolean }>,
];
