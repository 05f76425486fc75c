-- The tokens of each response, in columns of their own, and an index of the responses of a conversation with them.

ALTER TABLE responses ADD COLUMN input_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE responses ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0; -- of the input
ALTER TABLE responses ADD COLUMN output_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE responses ADD COLUMN reasoning_tokens INTEGER NOT NULL DEFAULT 0; -- of the output

UPDATE responses SET
  input_tokens = coalesce(json_extract(data, '$.usage.input_tokens'), 0),
  cached_tokens = coalesce(json_extract(data, '$.usage.input_tokens_details.cached_tokens'), 0),
  output_tokens = coalesce(json_extract(data, '$.usage.output_tokens'), 0),
  reasoning_tokens = coalesce(json_extract(data, '$.usage.output_tokens_details.reasoning_tokens'), 0);

-- Sums and lists read the index alone: the columns are behind texts that take many pages.
CREATE INDEX responses_by_time ON responses (
  tenant, conversation_id, created_at, id, input_tokens, cached_tokens, output_tokens, reasoning_tokens);
