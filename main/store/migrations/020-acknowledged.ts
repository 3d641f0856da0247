/** How far another laptop is known to have a stream of this laptop's member. */
export const acknowledged = `
CREATE TABLE acknowledged (
  meeting TEXT NOT NULL,
  author TEXT NOT NULL,
  stream TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  PRIMARY KEY (meeting, author, stream)
) STRICT, WITHOUT ROWID;
`;
