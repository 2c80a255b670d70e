"""The workbooks that staff fill: `hotline workbook callers|agents` writes one, `hotline backfill` reads it back into the case register."""
