/**
 * The states of signed snapshots, which take the place of an author's earlier entries of a document. The cache of
 * unsigned states that nobody used goes.
 */
export const snapshots = `
CREATE TABLE snapshots (
  stream INTEGER PRIMARY KEY REFERENCES streams (id),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  state BLOB NOT NULL
) STRICT;
DROP TABLE document_snapshots;
`;
