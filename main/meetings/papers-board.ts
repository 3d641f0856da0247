import { PAPER_CHUNK_BYTES } from '../../common/collab/plan.ts';
import type { WantedPaper } from '../../common/collab/paper-parts.ts';
import type { LaptopHolding } from '../../common/contract/requests.ts';
import type { MemberId, Sha256 } from '../../common/domain/ids.ts';
import { decodeChunks, type PaperHolding } from '../../common/wire/paper-holding.ts';

/** Laptops asked in one round, and papers that each is asked about. */
const LAPTOPS = 40;
const PAPERS = 6;

interface LaptopAt {
  readonly member: MemberId;
  readonly address: string;
}

/** How far the papers are on the other laptops that have no receipt for them yet: each is asked itself. */
export async function holdingsElsewhere(options: {
  readonly me: MemberId;
  readonly papers: readonly WantedPaper[];
  readonly laptops: readonly LaptopAt[];
  receivedBy(paper: Sha256): readonly MemberId[];
  /** null: it didn't answer, or not about this paper. */
  ask(laptop: LaptopAt, papers: readonly Sha256[]): Promise<readonly (PaperHolding | null)[]>;
}): Promise<LaptopHolding[]> {
  const lackedBy = (member: MemberId) =>
    options.papers.filter(({ sha256 }) => !options.receivedBy(sha256).includes(member));
  // Of a large room those who have everything are not asked, so that the others are.
  const behind = options.laptops.flatMap(({ member, address }) => {
    const lacking = member === options.me ? [] : lackedBy(member).slice(0, PAPERS);
    return lacking.length > 0 ? [{ member, address, lacking }] : [];
  });
  const rounds = behind.slice(0, LAPTOPS).map(async ({ member, address, lacking }): Promise<LaptopHolding[]> => {
    const answers = await options.ask(
      { member, address },
      lacking.map(({ sha256 }) => sha256),
    );
    return lacking.flatMap((paper, index) => {
      const told = answers[index];
      return told ? [{ member, paper: paper.sha256, have: bytesOf(paper, told.chunks), active: told.active }] : [];
    });
  });
  return (await Promise.all(rounds)).flat();
}

function bytesOf({ size, chunks }: WantedPaper, told: string): number {
  const has = decodeChunks(told);
  return chunks.reduce(
    (sum, _, chunk) => sum + (has(chunk) ? Math.min(PAPER_CHUNK_BYTES, size - chunk * PAPER_CHUNK_BYTES) : 0),
    0,
  );
}
