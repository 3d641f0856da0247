import type { PackageVerdict } from '../../common/contract/requests.ts';
import type { MeetingId } from '../../common/domain/ids.ts';
import type { Verdict } from '../../common/domain/verdict.ts';
import type { EventHub } from './events.ts';
import type { OpenMeeting } from './open-meeting.ts';
import type { Session } from './organisation.ts';

/** Meeting packages (`.phien`): everything of a meeting in one file. */
export interface Packages {
  save(options: {
    readonly meeting: OpenMeeting;
    readonly session: Session;
    readonly path: string;
    readonly events: EventHub;
  }): Promise<{ readonly papers: number; readonly missing: number }>;
  /** Checks a package and takes it into the store to be looked at. */
  open(options: { readonly path: string; readonly session: Session; readonly events: EventHub }): Promise<MeetingId>;
  verify(
    path: string,
    roots: readonly Uint8Array[],
  ): Promise<{ readonly verdict: Verdict; readonly package: PackageVerdict }>;
}
