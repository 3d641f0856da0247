/**
 * What carries messages between relays of a cluster. Nothing on it is believed for having come by it: messages are sealed
 * (`bus-seal.ts`), and what they bring is checked as if a laptop had brought it.
 */
export interface Bus {
  /** Adds to the topic's list, which keeps the latest few thousand. Rejects while the bus can't be reached. */
  append(topic: string, message: Uint8Array): Promise<void>;
  /** The next messages of the list after `position`; '' is before the first. Rejects while it can't be reached. */
  readAfter(topic: string, position: string): Promise<readonly { position: string; message: Uint8Array }[]>;
  /** Tells those who listen just now; lost for all others, and while the bus can't be reached. */
  tell(topic: string, message: Uint8Array): void;
  /** Returns how to stop. */
  listen(topic: string, listener: (message: Uint8Array) => void): () => void;
  /** Called whenever the bus can be reached (again). Returns how to stop. */
  onUp(listener: () => void): () => void;
  up(): boolean;
  close(): Promise<void>;
}
