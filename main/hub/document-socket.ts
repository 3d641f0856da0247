import type { CarriedMeeting } from '../../common/collab/carried-meeting.ts';
import { closeCodes } from '../../common/wire/link.ts';
import type { ClientSocket } from './client-socket.ts';
import { limits } from './connection-limits.ts';
import { quietMessage, serveMeetingDocument, type ServeDocument } from './served-document.ts';
import type { Window } from './happenings.ts';
import type { RelayedDocument } from './relayed-documents.ts';
import type { Ticker } from './tick.ts';

/** A stock y-websocket client: one document over a socket of its own. */
export interface DocumentSocket {
  receive(data: Uint8Array, binary: boolean): void;
  /** Something happened in documents, its own among them or not. */
  happened(window: Window): void;
  /** Once a heartbeat: says something when it has been quiet for long, as this protocol's clients expect. */
  beat(): void;
  ended(): void;
}

/** y-websocket's client reconnects when it hears nothing for 30 s. */
const QUIET_MILLISECONDS = 15_000;

export function createDocumentSocket(options: {
  readonly meeting: CarriedMeeting;
  readonly document: RelayedDocument;
  readonly client: ClientSocket;
  readonly ticker: Ticker;
  /** Otherwise `serveMeetingDocument`. */
  readonly serve?: ServeDocument | undefined;
}): DocumentSocket {
  const { meeting, document, client, ticker, serve = serveMeetingDocument } = options;
  let ended = false;
  let spoke = performance.now();

  function send(message: Uint8Array): void {
    spoke = performance.now();
    client.send(message, 'binary');
  }

  const self = {};
  const hears = (live: boolean) => !live || client.backlog() <= limits.dropAwarenessBytes;
  const served = serve(meeting, document, {
    self,
    member: client.member,
    send(_, message, live) {
      if (hears(live)) send(message);
    },
    congested: () => client.backlog() > limits.congestedBytes,
  });

  function flush(): void {
    if (ended) return;
    served.advance();
    if (served.isWaiting()) ticker.retry(flush);
  }

  return {
    happened({ all }) {
      if (ended) return;
      for (const one of all) {
        if (one.document === document && one.by !== self && hears(one.live)) send(one.message);
      }
    },
    receive(data, binary) {
      if (ended) return;
      if (!binary) return client.close(closeCodes.malformed, 'malformed message');
      const breach = served.receive(data);
      if (breach)
        client.close(breach.kind === 'malformed' ? closeCodes.malformed : closeCodes.notAllowed, breach.reason);
      else if (served.isWaiting()) ticker.retry(flush);
    },
    beat() {
      served.beat();
      if (performance.now() - spoke > QUIET_MILLISECONDS) send(quietMessage);
    },
    ended() {
      if (ended) return;
      ended = true;
      served.close();
    },
  };
}
