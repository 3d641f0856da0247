import { constants, sign, type KeyObject } from 'node:crypto';
import type { SignatureAlgorithm, Signer } from '../../common/acts/signer.ts';

const paddings = {
  // RFC 7518, 3.5: the salt is as long as the hash.
  'RSASSA-PSS': { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  'RSASSA-PKCS1-v1_5': { padding: constants.RSA_PKCS1_PADDING },
};

/** Signs with a software key, in libuv's thread pool: the event loop goes on meanwhile. */
export function createSigner(privateKey: KeyObject, chain: readonly Uint8Array[]): Signer {
  return {
    chain,
    sign(bytes: Uint8Array, algorithm: SignatureAlgorithm): Promise<Uint8Array> {
      return new Promise((resolve, reject) => {
        sign('sha256', bytes, { key: privateKey, ...paddings[algorithm] }, (error, signature) =>
          error ? reject(error) : resolve(signature),
        );
      });
    },
  };
}
