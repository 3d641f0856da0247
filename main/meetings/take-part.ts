import type { MeetingId, MemberId } from '../../common/domain/ids.ts';
import type { CertificateBook, LaptopStore } from './ports.ts';

/** Whether what a package brought of it holds by the own authority, and this person belongs to it. */
export function holdsHere(
  { store, certificates }: { readonly store: LaptopStore; readonly certificates: CertificateBook },
  meeting: MeetingId,
): boolean {
  // All of a package was checked against one authority, so that the last entry of each stream speaks for the others.
  const heads = store.entries.heads(meeting);
  return heads.every(({ author, stream, seq }) => {
    const [last] = store.entries.read(meeting, author, stream, seq, 1);
    if (!last) return false;
    const certificate = certificates.get(last.certificate);
    return (
      certificate !== undefined && certificates.memberOf(certificate, new Date(last.payload.time))?.member === author
    );
  });
}

/**
 * A meeting that was only looked at, from a package, is one like any other from now on. What was signed under another
 * authority has no place in it and goes.
 */
export function takePackageOver(
  deps: { readonly store: LaptopStore; readonly certificates: CertificateBook; readonly me: MemberId },
  meeting: MeetingId,
): void {
  const { store, me } = deps;
  const row = store.meetings.get(meeting);
  if (!row?.readOnly) return;
  // A package may hold the beginning only of what this person signed.
  if (store.entries.heads(meeting).some(({ author }) => author === me)) store.own.doubt([meeting]);
  if (!holdsHere(deps, meeting)) store.forgetEntries(meeting);
  store.meetings.put({ ...row, readOnly: false });
}
