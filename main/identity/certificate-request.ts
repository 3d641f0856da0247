import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { publicKeyInfo, requestedName, signStructure } from './certificate-building.ts';
import { bitBytes, decode, encode, explicit, numberOf, oidText, parts, sequence, smallInteger } from './der.ts';
import { oids } from './oids.ts';
import { fail, succeed, type Result } from './result.ts';
import { isStrongKey } from './rsa-key.ts';

/** PKCS#10 (RFC 2986) for a member's key. The name is a proposal; the authority decides what the certificate says. */
export async function createRequest(privateKey: KeyObject, subject: { name: string }): Promise<Buffer> {
  const info = sequence(
    smallInteger(0),
    requestedName(subject.name),
    publicKeyInfo(createPublicKey(privateKey)),
    explicit(0),
  );
  return signStructure(info, privateKey);
}

const REQUEST_LIMIT = 8 * 1024;

const digests: Record<string, string> = {
  [oids.sha256WithRsa]: 'sha256',
  [oids.sha384WithRsa]: 'sha384',
  [oids.sha512WithRsa]: 'sha512',
};

export type RequestFailure = 'bad-request' | 'bad-signature' | 'weak-key';

/** Reads a request and checks that who made it holds the key (the signature) and that the key is strong enough. */
export function readRequest(der: Uint8Array): Result<{ publicKey: KeyObject }, RequestFailure> {
  try {
    if (der.length > REQUEST_LIMIT) return fail('bad-request');
    const [info, algorithm, signature, extra] = parts(decode(der), 'sequence');
    const [version, , keyInfo] = parts(info, 'sequence');
    if (info === undefined || keyInfo === undefined || extra !== undefined) return fail('bad-request');
    if (numberOf(version) !== 0) return fail('bad-request');
    const digest = digests[oidText(parts(algorithm, 'sequence')[0])];
    const publicKey = createPublicKey({ key: encode(keyInfo), format: 'der', type: 'spki' });
    if (digest === undefined || !isStrongKey(publicKey)) return fail('weak-key');
    return verify(digest, encode(info), publicKey, bitBytes(signature))
      ? succeed({ publicKey })
      : fail('bad-signature');
  } catch {
    // Whatever the parsers find wrong with a stranger's bytes is one and the same answer to the stranger.
    return fail('bad-request');
  }
}
