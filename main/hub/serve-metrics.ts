import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { HubMeter } from './hub-meter.ts';
import { hubMetrics, METRICS_CONTENT_TYPE, metricsText, type ProcessUse } from './metrics-text.ts';

export interface MetricsServer {
  /** `host:port` where `/metrics` is. */
  readonly address: string;
  close(): Promise<void>;
}

/** Between two looks at how late the event loop is, milliseconds. */
const RESOLUTION = 10;

/**
 * `GET /metrics` over plain HTTP, apart from the port that laptops reach: for a Prometheus on this computer or on a network
 * that only its operators use. Rejects when the port can't be listened on (`EADDRINUSE`, `EACCES`).
 */
export async function serveMetrics(options: {
  readonly listen: { readonly host: string; readonly port: number };
  readonly meter: HubMeter;
  readonly version: string;
}): Promise<MetricsServer> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const started = performance.timeOrigin / 1000;

  function use(): ProcessUse {
    // The histogram holds the whole time between two looks, in nanoseconds.
    const late = (nanoseconds: number) => (delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1000));
    const lag = { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
    delay.reset();
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return { lag, memory: { resident: rss, heap: heapUsed }, cpu: (user + system) / 1e6, started };
  }

  const server = createServer((request, response) => {
    const end = (status: number, type: string, text: string) => {
      const body = Buffer.from(text);
      response.writeHead(status, {
        'content-type': type,
        'content-length': body.byteLength,
        'cache-control': 'no-store',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(405, 'text/plain', 'only GET\n');
    if (request.url?.split('?', 1)[0] !== '/metrics') return end(404, 'text/plain', 'see /metrics\n');
    end(200, METRICS_CONTENT_TYPE, metricsText(hubMetrics(options.meter, use(), options.version)));
  });
  server.maxConnections = 16;
  server.headersTimeout = 5000;
  server.requestTimeout = 5000;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.listen.port, options.listen.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    address: family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
    close() {
      delay.disable();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
