ALTER TABLE account ADD COLUMN language text CHECK (language IN ('en', 'de'));
COMMENT ON COLUMN account.language IS 'Of the pages that this person gets. NULL: as their browser asks.';
