import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ServerTls } from '../fan-out/servers.ts';
import { pause } from '../rows.ts';

export interface RunningNginx {
  readonly pid: number;
  readonly port: number;
  end(): Promise<void>;
}

/** What it says of itself; undefined where it isn't installed. */
export function nginxVersion(): string | undefined {
  const { stderr, error } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return error ? undefined : /nginx\/\S+/.exec(stderr)?.[0];
}

/** One worker that serves the files of `files` to people of the organisation, with nginx's own settings otherwise. */
export async function startNginx(folder: string, files: string, tls: ServerTls): Promise<RunningNginx> {
  const port = await freePort();
  const at = (name: string): string => join(folder, name);
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(at('key.pem'), tls.key, { mode: 0o600 }),
    writeFile(at('cert.pem'), tls.cert),
    writeFile(at('ca.pem'), tls.ca),
    writeFile(at('nginx.conf'), configuration()),
  ]);

  function configuration(): string {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${at(one)};`);
    return [
      // It reads what only this user may read.
      ...(process.getuid?.() === 0 ? ['user root;'] : []),
      'daemon off; master_process off; worker_processes 1;',
      `pid ${at('pid')}; error_log stderr crit;`,
      'events { worker_connections 64; }',
      'http {',
      `access_log off; sendfile on; ${temporary.join(' ')}`,
      `server { listen 127.0.0.1:${port} ssl; root ${files};`,
      `ssl_certificate ${at('cert.pem')}; ssl_certificate_key ${at('key.pem')};`,
      `ssl_client_certificate ${at('ca.pem')}; ssl_verify_client on; ssl_protocols TLSv1.3; } }`,
      '',
    ].join('\n');
  }

  const child = spawn('nginx', ['-c', at('nginx.conf'), '-p', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (child.pid === undefined) throw new Error('nginx could not be started');
  await listening(port);
  return {
    pid: child.pid,
    port,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await pause(50);
  }
  throw new Error('nginx does not listen');
}
