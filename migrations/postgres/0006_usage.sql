-- The tokens of each response, in columns of their own, and an index of the responses of a conversation with them.

ALTER TABLE responses ADD COLUMN input_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE responses ADD COLUMN cached_tokens BIGINT NOT NULL DEFAULT 0; -- of the input
ALTER TABLE responses ADD COLUMN output_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE responses ADD COLUMN reasoning_tokens BIGINT NOT NULL DEFAULT 0; -- of the output

-- By patterns, since no function of PostgreSQL reads JSON with U+0000 or unpaired surrogates. Within a text of the
-- response, the quotes would have backslashes.
UPDATE responses SET
  input_tokens = substring(data FROM '"usage":\{"input_tokens":(\d+)')::bigint,
  cached_tokens = coalesce(substring(data FROM '"input_tokens_details":\{"cached_tokens":(\d+)')::bigint, 0),
  output_tokens = coalesce(substring(data FROM '\},"output_tokens":(\d+)')::bigint, 0),
  reasoning_tokens = coalesce(substring(data FROM '"output_tokens_details":\{"reasoning_tokens":(\d+)')::bigint, 0)
WHERE data ~ '"usage":\{"input_tokens":\d';

-- Sums and lists read the index alone.
CREATE INDEX responses_by_time ON responses (tenant, conversation_id, created_at, id)
  INCLUDE (input_tokens, cached_tokens, output_tokens, reasoning_tokens);
