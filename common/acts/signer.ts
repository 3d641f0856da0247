/**
 * What can sign in a member's name: a software key today, a hardware token later. Two verbs, so that it can be
 * implemented twice. The private key never passes through it.
 */
export interface Signer {
  /** DER certificates: the member's own first, then what leads to (and includes) the authority's root. */
  readonly chain: readonly Uint8Array[];
  /** Signs `bytes` (hashing them with SHA-256 itself). PSS uses a salt of 32 bytes (RFC 7518, 3.5: PS256). */
  sign(bytes: Uint8Array, algorithm: SignatureAlgorithm): Promise<Uint8Array>;
}

export type SignatureAlgorithm = 'RSASSA-PSS' | 'RSASSA-PKCS1-v1_5';
