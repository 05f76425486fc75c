-- What a response was made of: times, and what was changed in what its model was shown. Null for one of before, and for one
-- that has ended without a turn. Adding the column writes no row.
ALTER TABLE responses ADD COLUMN report TEXT;
