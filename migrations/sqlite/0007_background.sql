-- Responses that are made in the background, the events of their streams, and turns that were interrupted.

-- The responses that have not ended. One that has ended is in `responses`.
CREATE TABLE background_responses (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  id              TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  continues_at    INTEGER, -- the position that the conversation must give out next; null for any
  is_streamed     INTEGER NOT NULL,
  token           TEXT, -- of the turn that has asked the model; null before
  keeper          TEXT, -- the process that alone may make the response; null for any
  kept_until      INTEGER, -- by the clock of the database; the keeper has stopped after that
  request         TEXT    NOT NULL, -- JSON of the request and of its principal
  PRIMARY KEY (tenant, conversation_id, id)
) STRICT;

-- Finds a response of any conversation. The primary key has the same columns and keeps them unique.
CREATE INDEX background_responses_by_id ON background_responses (tenant, id, conversation_id);

-- The events of responses in the background, a row for each list that was stored together.
CREATE TABLE response_events (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  response_id     TEXT    NOT NULL,
  sequence        INTEGER NOT NULL, -- the number of the first event
  next_sequence   INTEGER NOT NULL, -- the number after the last event
  created_at      INTEGER NOT NULL, -- by the clock of the database
  bytes           INTEGER NOT NULL, -- of the text
  events          TEXT    NOT NULL, -- the JSON of each event without its number, separated by line feeds
  PRIMARY KEY (tenant, conversation_id, response_id, sequence)
) STRICT;

-- Finds what is to be deleted after its time.
CREATE INDEX response_events_by_time ON response_events (created_at);

-- Turns that were ended for another one, until their holders have noticed.
CREATE TABLE interrupted_turns (
  tenant          TEXT    NOT NULL,
  conversation_id TEXT    NOT NULL,
  token           TEXT    NOT NULL,
  created_at      INTEGER NOT NULL, -- by the clock of the database
  PRIMARY KEY (tenant, conversation_id, token)
) STRICT, WITHOUT ROWID;
