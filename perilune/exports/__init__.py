"""Articles as files to take along: tables, citations, briefs and archived pages; pure, on plain records."""
