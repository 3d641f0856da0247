import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { MemberId } from '../../common/domain/ids.ts';
import { admitSafely, type Admission, type Admit, type LinkLogger } from '../../common/wire/admission.ts';
import { limits } from './connection-limits.ts';
import type { Door } from './door.ts';
import type { HubMeter } from './hub-meter.ts';

/** Whoever has a TLS connection to the hub, and what its certificate lets it ask. */
export interface AdmittedPeers {
  /** Who asks, or why it may not ask anything. */
  asker(request: IncomingMessage): { readonly member: MemberId } | { readonly error: string };
  count(): number;
  /** Checks the certificates of everyone connected again, and cuts whoever is no longer admitted. */
  recheck(): void;
  /** Cuts everybody off. */
  cut(): void;
}

/** Asks `admit` about every TLS connection of the server, before any request of it; tells the door who is admitted. */
export function admitPeers(
  server: Server,
  { admit, logger }: { readonly admit: Admit; readonly logger: LinkLogger },
  meter: HubMeter,
  door: Door,
): AdmittedPeers {
  const peers = new Map<TLSSocket, { admission: Admission; certificate: Uint8Array }>();
  const connectionsOf = new Map<MemberId, number>();

  server.prependListener('secureConnection', (socket) => {
    // Not getPeerCertificate, which takes it apart for a millisecond.
    const certificate = socket.getPeerX509Certificate()?.raw;
    const admission: Admission =
      socket.authorized && certificate instanceof Uint8Array
        ? admitSafely(admit, certificate)
        : { ok: false, error: 'certificate-refused' };
    if (!admission.ok) {
      meter.connections.refused++;
      logger.warn('certificate refused', { from: socket.remoteAddress, reason: admission.error });
    } else if ((connectionsOf.get(admission.value.member) ?? 0) >= limits.connectionsPerMember) {
      meter.connections.refused++;
      logger.warn('too many connections', { member: admission.value.member });
      return void socket.destroy();
    } else meter.connections.accepted++;
    peers.set(socket, { admission, certificate: certificate ?? new Uint8Array() });
    if (admission.ok) {
      count(admission.value.member, 1);
      door.admitted(socket);
    }
    socket.once('close', () => {
      peers.delete(socket);
      if (admission.ok) count(admission.value.member, -1);
    });
  });

  function count(member: MemberId, change: 1 | -1): void {
    const now = (connectionsOf.get(member) ?? 0) + change;
    if (now > 0) connectionsOf.set(member, now);
    else connectionsOf.delete(member);
  }

  return {
    asker(request) {
      const admission = peers.get(request.socket as TLSSocket)?.admission;
      if (!admission) return { error: 'certificate-refused' };
      return admission.ok ? { member: admission.value.member } : { error: admission.error };
    },
    count: () => peers.size,
    recheck() {
      for (const [socket, { admission, certificate }] of peers) {
        if (!admission.ok) continue;
        const now = admitSafely(admit, certificate);
        if (now.ok && now.value.member === admission.value.member) continue;
        logger.warn('certificate no longer accepted', { member: admission.value.member });
        socket.destroy();
      }
    },
    cut() {
      for (const socket of peers.keys()) socket.destroy();
    },
  };
}
