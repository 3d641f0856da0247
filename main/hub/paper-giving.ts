import type { ServerResponse } from 'node:http';
import type { MeetingId } from '../../common/domain/ids.ts';

/** What this laptop hands out of papers just now, and whether it may. */
export interface PaperGiving {
  /** Its papers stay here, or no more so; what was on its way from meetings that it doesn't carry is cut. */
  keep(kept: boolean): void;
  /** Nothing is handed out of that meeting's papers. */
  withheld(meeting: MeetingId): boolean;
  /** A request about a paper is being answered. */
  begin(response: ServerResponse, meeting: MeetingId): void;
  /** The meeting is not carried here any more. */
  left(): void;
}

/** `carries`: whoever carries a meeting hands its papers out in any case, since nobody else may have them. */
export function createPaperGiving(carries: (meeting: MeetingId) => boolean): PaperGiving {
  const underWay = new Map<ServerResponse, MeetingId>();
  let kept = false;

  const withheld = (meeting: MeetingId): boolean => kept && !carries(meeting);

  function cut(): void {
    for (const [response, meeting] of underWay) if (withheld(meeting)) response.destroy();
  }

  return {
    keep(now) {
      kept = now;
      cut();
    },
    withheld,
    begin(response, meeting) {
      underWay.set(response, meeting);
      response.once('close', () => underWay.delete(response));
    },
    left: cut,
  };
}
