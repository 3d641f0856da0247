/**
 * What others wrote live into shared documents and no signed entry holds: one update for each author, who is told by the
 * tag of client ids; -1 has deletions, which tell nobody.
 */
export const shownChanges = `
CREATE TABLE shown_changes (
  meeting TEXT NOT NULL,
  document TEXT NOT NULL,
  tag INTEGER NOT NULL CHECK (tag BETWEEN -1 AND 1048575),
  changes BLOB NOT NULL,
  PRIMARY KEY (meeting, document, tag)
) STRICT;
`;
