import type { KnownLaptop } from '../../common/wire/carrier.ts';
import type { NearBy } from './own-segment.ts';

/** This laptop, as far as it matters where others are. */
interface Here {
  isMe(laptop: KnownLaptop): boolean;
  /** Whether it is this computer's own. */
  own(address: string): boolean;
  near: NearBy;
}

/**
 * The laptops that the carrying one told of, where this one reaches them. What it told are addresses as it sees them. When
 * it sees this laptop under one that this laptop doesn't have, a router between them translates addresses: then an address
 * of the own segment means another computer there than here, since private networks are alike everywhere, and is left out.
 * Who is seen under the same address is behind the same router, and is reached where it listens inside.
 */
export function placedLaptops(laptops: readonly KnownLaptop[], here: Here): readonly KnownLaptop[] {
  const outside = translatedHost(laptops, here);
  if (outside === undefined) return laptops;
  const foreign = (laptop: KnownLaptop) => hostOf(laptop.address) !== outside && here.near(laptop.address);
  return laptops
    .filter((laptop) => here.isMe(laptop) || !foreign(laptop))
    .map((laptop) => inside(laptop, outside, here));
}

/**
 * The same for who looks for the meeting: nobody is left out. It may be this laptop that has another address since it was
 * told, and whoever is dialled by mistake is another computer, and says so.
 */
export function dialledLaptops(laptops: readonly KnownLaptop[], here: Here): readonly KnownLaptop[] {
  const outside = translatedHost(laptops, here);
  return outside === undefined ? laptops : laptops.map((laptop) => inside(laptop, outside, here));
}

/** Under which the carrying laptop sees this one, when that is none of its own. */
function translatedHost(laptops: readonly KnownLaptop[], here: Here): string | undefined {
  const seen = laptops.find(here.isMe)?.address;
  return seen === undefined || here.own(seen) ? undefined : hostOf(seen);
}

function inside(laptop: KnownLaptop, outside: string, here: Here): KnownLaptop {
  if (here.isMe(laptop) || hostOf(laptop.address) !== outside) return laptop;
  const address = laptop.inside?.find((one) => here.near(one) && !here.own(one));
  return address === undefined ? laptop : { ...laptop, address };
}

/** A site whose line was out is back one laptop after the other, so long at most. Milliseconds. */
const LINGER_MILLISECONDS = 5000;

/**
 * Who was of the own segment a moment ago still is, whatever the carrying laptop tells now: when a line was out, or
 * somebody else carries the meeting, it knows of each laptop only from its return on, and who believed to be alone for that
 * moment would fetch from afar what another one is fetching. Called again and again with what `placedLaptops` gives.
 */
export function createLingering(near: NearBy, now = () => performance.now()) {
  const lately = new Map<string, { readonly laptop: KnownLaptop; readonly at: number }>();
  return (laptops: readonly KnownLaptop[]): readonly KnownLaptop[] => {
    const listed = new Set<string>();
    for (const laptop of laptops) {
      if (!near(laptop.address)) continue;
      listed.add(idOf(laptop));
      lately.set(idOf(laptop), { laptop, at: now() });
    }
    for (const [id, { at }] of lately) if (now() - at > LINGER_MILLISECONDS) lately.delete(id);
    const missed = [...lately].filter(([id]) => !listed.has(id));
    if (missed.length === 0) return laptops;
    const ids = new Set(missed.map(([id]) => id));
    return [...laptops.filter((laptop) => !ids.has(idOf(laptop))), ...missed.map(([, { laptop }]) => laptop)];
  };
}

const idOf = ({ member, device }: KnownLaptop): string => `${member}/${device}`;
const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':'));
