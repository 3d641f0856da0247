import { uint32 } from 'lib0/random';
import type { MemberId } from '../domain/ids.ts';

/** What Yjs draws is below this; it writes and compares client ids of up to 53 bits all the same. */
const DRAWN = 2 ** 32;
/** Of a member's id, which is drawn at random when the organisation takes somebody in: 20 bits. */
const TAG_DIGITS = 5;

/** What stands for a member in client ids. */
export const tagOf = (member: MemberId): number => Number.parseInt(member.slice(0, TAG_DIGITS), 16);

/** A client id for a session of this member. It says whose it is, so that laptops which never met agree on that. */
export const newClientId = (member: MemberId): number => tagOf(member) * DRAWN + uint32();

/** Of the member whose client the id says that it is; undefined when it says nothing. Members may share one. */
export const tagOfClient = (client: number): number | undefined =>
  client < DRAWN || client >= DRAWN * 2 ** (4 * TAG_DIGITS) ? undefined : Math.floor(client / DRAWN);

/** False when the id says that it is somebody else's. One that Yjs drew, as in a stock client, says nothing. */
export const mayBeClientOf = (client: number, member: MemberId): boolean =>
  client < DRAWN || Math.floor(client / DRAWN) === tagOf(member);
