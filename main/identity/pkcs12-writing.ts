import { createCipheriv, createHash, createHmac, pbkdf2, randomBytes, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { encode, explicit, nothing, octets, oid, sequence, setOf, smallInteger, type Node } from './der.ts';
import { oids } from './oids.ts';
import { derivePkcs12Key, purposes } from './pkcs12-key-derivation.ts';
import forge from 'node-forge';

/** OWASP's figure for PBKDF2 with HMAC-SHA256; a quarter of a second of native code. */
const KEY_ITERATIONS = 600_000;
/**
 * The integrity key also tells a right password from a wrong one, so it must not be the cheap way to guess. Its derivation
 * has no native form in Node; one of its rounds costs an attacker half of a PBKDF2 round.
 */
const MAC_ITERATIONS = 300_000;

const derive = promisify(pbkdf2);

/**
 * PKCS#12 (RFC 7292) with one RSA key, encrypted by PBES2 (PBKDF2-HMAC-SHA256, AES-256-CBC), and its certificates, which
 * are public and stay in the clear. Readable by OpenSSL 1.1 and later and by Windows 10 (1709) and later.
 */
export async function writePkcs12(options: {
  privateKey: KeyObject;
  /** The key's own certificate first. */
  chain: readonly Uint8Array[];
  password: string;
  label: string;
}): Promise<Buffer> {
  const password = options.password.normalize('NFC');
  const keyId = createHash('sha256')
    .update(options.chain[0] ?? '')
    .digest();
  const attributes = setOf(
    sequence(oid(oids.friendlyName), setOf(bmpText(options.label))),
    sequence(oid(oids.localKeyId), setOf(octets(keyId))),
  );
  const certificateBags = options.chain.map((der, index) =>
    sequence(
      oid(oids.certificateBag),
      explicit(0, sequence(oid(oids.x509Certificate), explicit(0, octets(der)))),
      ...(index === 0 ? [attributes] : []),
    ),
  );
  const privateKeyInfo = options.privateKey.export({ format: 'der', type: 'pkcs8' });
  const keyBag = sequence(oid(oids.shroudedKeyBag), explicit(0, await encrypt(privateKeyInfo, password)), attributes);
  const safe = encode(sequence(data(encode(sequence(...certificateBags))), data(encode(sequence(keyBag)))));
  return encode(sequence(smallInteger(3), data(safe), await integrity(safe, password)));
}

const data = (bytes: Uint8Array): Node => sequence(oid(oids.pkcs7Data), explicit(0, octets(bytes)));

const bmpText = (text: string): Node =>
  forge.asn1.create(
    forge.asn1.Class.UNIVERSAL,
    forge.asn1.Type.BMPSTRING,
    false,
    Buffer.from(text.normalize('NFC'), 'utf16le').swap16().toString('latin1'),
  );

/** EncryptedPrivateKeyInfo by PBES2 (RFC 8018, A.4). */
async function encrypt(plain: Uint8Array, password: string): Promise<Node> {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = await derive(Buffer.from(password, 'utf8'), salt, KEY_ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const derivation = sequence(
    oid(oids.pbkdf2),
    sequence(octets(salt), smallInteger(KEY_ITERATIONS), sequence(oid(oids.hmacWithSha256), nothing())),
  );
  const scheme = sequence(oid(oids.aes256Cbc), octets(iv));
  return sequence(sequence(oid(oids.pbes2), sequence(derivation, scheme)), octets(encrypted));
}

async function integrity(content: Uint8Array, password: string): Promise<Node> {
  const salt = randomBytes(16);
  const derivation = { password, salt, purpose: purposes.mac, iterations: MAC_ITERATIONS, length: 32 };
  const key = await derivePkcs12Key({ ...derivation, hash: 'sha256' });
  const digest = createHmac('sha256', key).update(content).digest();
  return sequence(
    sequence(sequence(oid(oids.sha256), nothing()), octets(digest)),
    octets(salt),
    smallInteger(MAC_ITERATIONS),
  );
}
