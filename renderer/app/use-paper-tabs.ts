import { useCallback, useEffect, useState } from 'react';
import { z } from 'zod';
import type { Presenting } from '../../common/collab/floor.ts';
import { asSha256, type MeetingId, type Sha256 } from '../../common/domain/ids.ts';
import { keepHere, keptHere } from '../ui/kept-here.ts';

export interface PaperTabs {
  readonly open: readonly Sha256[];
  readonly active: Sha256 | null;
  readonly following: boolean;
  choose(paper: Sha256): void;
  close(paper: Sha256): void;
  follow(following: boolean): void;
}

const paper = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform(asSha256);
const tabsSchema = z.object({ open: z.array(paper).max(200), active: paper.nullable() });

/**
 * The papers open in this window, still there when one comes back to the meeting. While following, the one being shown
 * comes to the front by itself.
 */
export function usePaperTabs(meeting: MeetingId, shown: Presenting | null): PaperTabs {
  const key = `tabs ${meeting}`;
  const [kept] = useState(() => keptHere(key, tabsSchema));
  const [open, setOpen] = useState<readonly Sha256[]>(kept?.open ?? []);
  const [active, setActive] = useState<Sha256 | null>(kept?.active ?? null);
  useEffect(() => keepHere(key, { open, active }), [key, open, active]);
  const [following, setFollowing] = useState(true);
  const shownPaper = shown?.paper ?? null;

  const bring = useCallback((paper: Sha256) => {
    setOpen((known) => (known.includes(paper) ? known : [...known, paper]));
    setActive(paper);
  }, []);

  useEffect(() => {
    if (following && shownPaper !== null) bring(shownPaper);
  }, [following, shownPaper, bring]);

  // Who left the presenter follows again when something new is shown after a pause.
  useEffect(() => {
    if (shownPaper === null) setFollowing(true);
  }, [shownPaper]);

  const choose = useCallback(
    (paper: Sha256) => {
      if (shownPaper !== null && paper !== shownPaper) setFollowing(false);
      bring(paper);
    },
    [bring, shownPaper],
  );
  const close = useCallback(
    (paper: Sha256) => {
      const rest = open.filter((other) => other !== paper);
      setOpen(rest);
      if (paper === shownPaper) setFollowing(false);
      if (active === paper) setActive(rest.at(-1) ?? null);
    },
    [open, active, shownPaper],
  );
  return { open, active, following, choose, close, follow: setFollowing };
}
