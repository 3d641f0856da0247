import { connect, createServer, type Socket } from 'node:net';

/** `delay-proxy.ts HOST PORT TARGET MILLISECONDS`: a long way to TARGET. Everything arrives, in order, that much later. */
const [host = '', port = '', target = '', delay = ''] = process.argv.slice(2);
const [targetHost = '', targetPort = ''] = target.split(':');

function later(work: () => void): void {
  setTimeout(work, Number(delay));
}

function pass(from: Socket, to: Socket): void {
  from.on('data', (data) => {
    // As much may be under way as a thin line holds.
    if (to.writableLength > 1024 * 1024) from.pause();
    later(() => {
      if (!to.destroyed) to.write(data, () => from.resume());
    });
  });
  from.on('error', () => undefined);
  from.on('close', () => later(() => to.destroy()));
}

const server = createServer((client) => {
  const upstream = connect(Number(targetPort), targetHost);
  pass(client, upstream);
  pass(upstream, client);
});
server.listen(Number(port), host, () => process.stdout.write('ready\n'));
// Ends with the one who started it.
process.stdin.on('end', () => process.exit(0)).resume();
