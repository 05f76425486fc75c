import type { TurnReport } from '../observe/turns.ts';

const MS_PER_SECOND = 1000;
const OPERATION = 'chat';

/** Returns the name of the span of a model call, by the semantic conventions for GenAI. */
export function modelSpanName({ model }: TurnReport): string {
  return model === undefined ? OPERATION : `${OPERATION} ${model}`;
}

/** Returns the attributes of a model call, by the semantic conventions for GenAI: none of those that have content. */
export function modelAttributes(turn: TurnReport) {
  const { server, model, conversationId, responseId, tokens, finishReason, failure } = turn;
  const { asked, firstByte } = turn;
  const isAnswered = asked !== undefined && firstByte !== undefined;
  return {
    'gen_ai.operation.name': OPERATION,
    'gen_ai.provider.name': server.profile,
    'server.address': server.address,
    'server.port': server.port,
    'colloquy.model_server': server.name,
    ...(model === undefined ? {} : { 'gen_ai.request.model': model }),
    ...(conversationId === undefined ? {} : { 'gen_ai.conversation.id': conversationId }),
    ...(responseId === undefined ? {} : { 'colloquy.response_id': responseId }),
    ...(isAnswered
      ? { 'gen_ai.response.time_to_first_chunk': (firstByte - asked) / MS_PER_SECOND }
      : {}),
    ...(finishReason === undefined ? {} : { 'gen_ai.response.finish_reasons': [finishReason] }),
    ...(tokens === undefined
      ? {}
      : {
          'gen_ai.usage.input_tokens': tokens.input,
          'gen_ai.usage.cache_read.input_tokens': tokens.cached,
          'gen_ai.usage.output_tokens': tokens.output,
          'gen_ai.usage.reasoning.output_tokens': tokens.reasoning,
        }),
    ...(failure === undefined ? {} : { 'error.type': failure }),
  };
}
