import { randomUUID } from 'node:crypto';
import { asMemberId, asSha256 } from '../../common/domain/ids.ts';
import { createAcknowledged } from '../../common/wire/acknowledged.ts';
import type { Session } from './organisation.ts';
import type { Network } from './ports.ts';

/**
 * Somebody whose laptop is not set up yet and who looks at a meeting from a file: nobody's member, signs nothing, meets
 * nobody on the network.
 */
export function visitor(): Session {
  const me = { member: asMemberId(randomUUID()), name: '', position: '' };
  return {
    ...me,
    organisation: {
      name: '',
      parent: '',
      symbol: '',
      preset: 'custom',
      authorityCertificate: new Uint8Array(),
      fingerprint: asSha256('0'.repeat(64)),
      holdsAuthority: false,
      authorityArchive: null,
      me,
      certificate: null,
      keyVault: '',
    },
    chain: [],
    validity: { from: '', until: '' },
    signer: { chain: [], sign: () => Promise.reject(new Error('a visitor signs nothing')) },
    tls: { key: '', cert: '' },
  };
}

const nothing = (): void => undefined;
const refused = (): never => {
  throw new Error('a visitor has no network');
};

export const noNetwork: Network = {
  attend: refused,
  siblings: () => [],
  acknowledged: () => createAcknowledged(asMemberId(randomUUID())),
  look: refused,
  carrierAt: refused,
  entrust: refused,
  onEntrusted: () => undefined,
  onFound: () => nothing,
  fetchPapers: refused,
  offerPapers: refused,
  askHoldings: refused,
  keepPapers: nothing,
  onMetered: () => nothing,
  arriving: () => undefined,
  onArriving: () => nothing,
  close: () => Promise.resolve(),
};
