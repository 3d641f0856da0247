import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Authority } from './authority.ts';
import { checkCertificate } from './check-certificate.ts';
import { must, newAuthority, newMember, pem } from './identity-fixtures.ts';
import { tlsCredentials, type TlsCredentials } from './tls-credentials.ts';

let root: Buffer;
let authority: Authority;
let foreign: { authority: Authority; root: Buffer };
beforeAll(async () => {
  ({ authority, root } = await newAuthority());
  foreign = await newAuthority();
}, 60_000);

const credentials = async (by: Authority, name: string): Promise<TlsCredentials> => {
  const member = await newMember(by, name);
  return tlsCredentials(member.privateKey, [member.certificate, by.certificate]);
};

/** Mutual TLS 1.3 with the root as the only trust; what the server saw of the client, or that it was turned away. */
async function greet(server: TlsCredentials, client: Partial<TlsCredentials>): Promise<string> {
  const trust = { ca: [pem(root)], minVersion: 'TLSv1.3' as const };
  const listener = createServer({ ...server, ...trust, requestCert: true, rejectUnauthorized: true }, (socket) => {
    const checked = must(checkCertificate(socket.getPeerCertificate().raw, [root], new Date()));
    socket.end(`${checked.name} ${socket.authorized} ${socket.getProtocol()}`);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  try {
    return await new Promise((resolve) => {
      let text = '';
      const { port } = listener.address() as AddressInfo;
      const noNames = { checkServerIdentity: () => undefined };
      const socket: TLSSocket = connect({ host: '127.0.0.1', port, ...trust, ...noNames, ...client });
      socket.on('data', (piece: Buffer) => (text += piece.toString('utf8')));
      socket.on('error', () => resolve('turned away'));
      socket.on('close', () => resolve(text === '' ? 'turned away' : text));
    });
  } finally {
    listener.close();
  }
}

describe('certificates of members in mutual TLS', () => {
  it('are accepted in both roles by Node’s own check', async () => {
    const [host, guest] = [await credentials(authority, 'Máy Chủ Trì'), await credentials(authority, 'Lý Văn Khách')];
    expect(await greet(host, guest)).toBe('Lý Văn Khách true TLSv1.3');
  });

  it('are turned away when another organisation issued them, and so is having none', async () => {
    const [host, stranger] = [
      await credentials(authority, 'Máy Chủ Trì'),
      await credentials(foreign.authority, 'Kẻ Lạ'),
    ];
    expect(await greet(host, stranger)).toBe('turned away');
    expect(await greet(host, {})).toBe('turned away');
    expect(await greet(stranger, host)).toBe('turned away');
  });
});
