import { X509Certificate, type KeyObject } from 'node:crypto';

/** What `tls` and `https` take: PEM. Keep it in memory only; the key in it is not encrypted. */
export interface TlsCredentials {
  key: string;
  cert: string;
}

/** The root may be in the chain; it is sent as well, so that the other side can say whose certificate it was. */
export const tlsCredentials = (privateKey: KeyObject, chain: readonly Uint8Array[]): TlsCredentials => ({
  key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  cert: chain.map((der) => new X509Certificate(der).toString()).join('\n'),
});
