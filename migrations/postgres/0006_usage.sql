-- The tokens of each response, in columns of their own, and an index of the responses of a conversation with them.

ALTER TABLE responses ADD COLUMN input_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE responses ADD COLUMN cached_tokens BIGINT NOT NULL DEFAULT 0; -- of the input
ALTER TABLE responses ADD COLUMN output_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE responses ADD COLUMN reasoning_tokens BIGINT NOT NULL DEFAULT 0; -- of the output

-- json, unlike jsonb, takes every text that JSON can express.
UPDATE responses SET
  input_tokens = coalesce((data::json #>> '{usage,input_tokens}')::bigint, 0),
  cached_tokens = coalesce((data::json #>> '{usage,input_tokens_details,cached_tokens}')::bigint, 0),
  output_tokens = coalesce((data::json #>> '{usage,output_tokens}')::bigint, 0),
  reasoning_tokens = coalesce((data::json #>> '{usage,output_tokens_details,reasoning_tokens}')::bigint, 0);

-- Sums and lists read the index alone.
CREATE INDEX responses_by_time ON responses (tenant, conversation_id, created_at, id)
  INCLUDE (input_tokens, cached_tokens, output_tokens, reasoning_tokens);
