import type { Page } from '@playwright/test';

import type { Phien } from '../../tests/e2e/launch.ts';
import type { Role } from './plan.ts';

/** What every scene of the demonstration works with. */
export type Laptops = Readonly<Record<Role, Phien>>;

/** A named step: said aloud, timed, listed in the report. */
export type RunStep = (name: string, work: () => Promise<void>) => Promise<void>;

/** Takes a picture of somebody's screen. */
export type Shoot = (who: Role, what: string, page?: Page) => Promise<void>;

export type PageOf = (who: Role) => Page;
