/**
 * Colloquy's types and those of the `openai` package are assignable to each other, checked by the compiler.
 * Where they differ on purpose, the difference is named here with its reason, and nothing else may differ.
 */

import type OpenAI from 'openai';
import type {
  Conversation,
  ConversationItem,
  ConversationItemList,
  InputItem,
} from '../src/index.ts';

type Theirs = OpenAI.Conversations.ConversationItem;
type TheirInput = OpenAI.Responses.ResponseInputItem;

/** Compiles only if `Source` may stand where `Target` is expected. */
type Assignable<Source extends Target, Target> = Source;

/** The member of a union of items with the given type. */
type Of<Union, Type extends string> = Extract<Union, { type: Type }>;

/** Differences that hold for whole items, and why. */
type ItemDifference =
  // Tool definitions are the model server's vocabulary and grow monthly: any object with a `type` is kept.
  | 'additional_tools'
  | 'tool_search_output'
  // Live sources have types that OpenAI's own lacks, such as `api` without a URL.
  | 'web_search_call'
  // The live API takes `input_audio` parts in messages; OpenAI's types have no place for them on return.
  | 'message';

type SameItemTypes = [
  Assignable<ConversationItem['type'], Theirs['type']>,
  Assignable<Theirs['type'], ConversationItem['type']>,
];

/** Theirs always fit ours: whatever an OpenAI client holds can be stored and served. */
type TheirsFitOurs = {
  [Type in Theirs['type']]: Assignable<Of<Theirs, Type>, Of<ConversationItem, Type>>;
};
/** Ours fit theirs, but for the differences above. */
type OursFitTheirs = {
  [Type in Exclude<Theirs['type'], ItemDifference>]: Assignable<
    Of<ConversationItem, Type>,
    Of<Theirs, Type>
  >;
};

/** A difference that no longer is one must leave the list: none of these may fit. */
type StillDifferent = {
  [Type in ItemDifference]: Of<ConversationItem, Type> extends Of<Theirs, Type> ? never : Type;
};
type NoStaleDifference = Assignable<ItemDifference, StillDifferent[ItemDifference]>;

type TheirEasyMessage = OpenAI.Responses.EasyInputMessage;
/**
 * Refused although their types allow it: `compaction_trigger` means nothing in a stored conversation,
 * and the live API takes input parts from an assistant no more than we do.
 */
type Refused = { type: 'compaction_trigger' } | TheirEasyMessage;
type TheirInputFitsOurs = [
  Assignable<Exclude<TheirInput, Refused>, InputItem>,
  Assignable<TheirEasyMessage & { content: string; role: 'assistant' }, InputItem>,
  Assignable<TheirEasyMessage & { role: 'user' }, InputItem>,
  Assignable<TheirEasyMessage & { role: 'system' }, InputItem>,
  Assignable<TheirEasyMessage & { role: 'developer' }, InputItem>,
];

/**
 * Taken although their types forbid it, as the live API does: assistant messages without an id, audio
 * in user messages, images without `detail` in custom tool outputs, and reasoning that has encrypted
 * content instead of an id.
 */
type TakenInAddition =
  | Extract<InputItem, { role: unknown; content: unknown }>
  | { type: Exclude<ItemDifference, 'message'> | 'custom_tool_call_output' | 'reasoning' };
type OurInputFitsTheirs = Assignable<Exclude<InputItem, TakenInAddition>, TheirInput>;

type TheirConversation = OpenAI.Conversations.Conversation;
type ConversationFits = Assignable<Conversation, TheirConversation>;
/** Their `metadata` is untyped, though it is always an object of strings. */
type TheirConversationFits = Assignable<
  Omit<TheirConversation, 'metadata'> & Pick<Conversation, 'metadata'>,
  Conversation
>;

type TheirList = OpenAI.Conversations.ConversationItemList;
/** Their ids are never null by type, and null on the wire when the page is empty. */
type ListIds = 'first_id' | 'last_id';
type ListFits = [
  Assignable<Omit<ConversationItemList, ListIds | 'data'>, Omit<TheirList, ListIds | 'data'>>,
  Assignable<TheirList, ConversationItemList>,
];

export type Parity = [
  SameItemTypes,
  TheirsFitOurs,
  OursFitTheirs,
  NoStaleDifference,
  TheirInputFitsOurs,
  OurInputFitsTheirs,
  ConversationFits,
  TheirConversationFits,
  ListFits,
];
