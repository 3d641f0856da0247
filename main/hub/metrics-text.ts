import type { HubMeter } from './hub-meter.ts';

/** A metric in Prometheus' text format 0.0.4: its samples with their labels, all of one type. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Metrics without a sample are left out. */
export function metricsText(metrics: readonly Metric[]): string {
  const lines = metrics
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, type, samples }) => [
      `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ labels = {}, value }) => `${name}${labelsText(labels)} ${numberText(value)}`),
    ]);
  return `${lines.join('\n')}\n`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const numberText = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);

/** What the process uses; measured by who serves the metrics. */
export interface ProcessUse {
  /** Seconds by which the event loop was late since it was last asked. */
  readonly lag: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Bytes. */
  readonly memory: { readonly resident: number; readonly heap: number };
  /** Seconds. */
  readonly cpu: number;
  /** Unix time, seconds. */
  readonly started: number;
}

/** All that `/metrics` of a hub says. */
export function hubMetrics(meter: HubMeter, use: ProcessUse, version: string): Metric[] {
  const now = meter.now();
  const gauge = (name: string, help: string, value: number): Metric => ({
    name,
    help,
    type: 'gauge',
    samples: [{ value }],
  });
  const counter = (name: string, help: string, samples: Metric['samples']): Metric => ({
    name,
    help,
    type: 'counter',
    samples,
  });
  const by = (label: string, values: Iterable<readonly [string | number, number]>): Metric['samples'] =>
    [...values].map(([key, value]) => ({ labels: { [label]: String(key) }, value }));
  const both = ({ in: incoming, out }: { in: number; out: number }) =>
    by('direction', [
      ['in', incoming],
      ['out', out],
    ]);

  return [
    {
      name: 'phien_build_info',
      help: 'The version that runs; always 1.',
      type: 'gauge',
      samples: [{ labels: { version }, value: 1 }],
    },
    gauge('phien_meetings_carried', 'Meetings that are carried now.', now.meetings),
    gauge('phien_connections', 'TLS connections that are open now.', now.connections),
    counter(
      'phien_connections_total',
      'TLS connections: admitted, refused with a certificate, failed before that.',
      by('outcome', Object.entries(meter.connections)),
    ),
    {
      name: 'phien_links',
      help: 'Links of laptops: opening before their hello, ready after it.',
      type: 'gauge',
      samples: by('state', Object.entries(now.links)),
    },
    gauge('phien_document_sockets', 'Stock y-websocket clients, one document each.', now.documentSockets),
    gauge('phien_documents_followed', 'Documents followed now, for each connection.', now.documentsFollowed),
    gauge('phien_buffered_bytes', 'Bytes waiting for the network, of all connections.', now.bufferedBytes),
    counter('phien_messages_total', 'WebSocket messages.', both(meter.messages)),
    counter('phien_message_bytes_total', 'Bytes of WebSocket messages.', both(meter.bytes)),
    counter('phien_entries_stored_total', 'Entries that came from elsewhere and were stored.', [
      { value: meter.entriesStored },
    ]),
    counter('phien_entries_refused_total', 'Entries that were refused, by reason.', by('reason', meter.entriesRefused)),
    counter('phien_closes_total', 'WebSockets closed by this hub, by close code.', by('code', meter.closes)),
    counter('phien_takeovers_total', 'Meetings taken over from another laptop.', [{ value: meter.takeovers }]),
    ...(meter.busUp
      ? [gauge('phien_bus_up', 'Whether the bus between relays can be reached, 1 or 0.', Number(meter.busUp()))]
      : []),
    counter('phien_paper_bytes_total', 'Bytes of requests about papers.', both(meter.papers)),
    gauge('phien_event_loop_lag_p50_seconds', 'Lateness of the event loop since the last scrape, median.', use.lag.p50),
    gauge('phien_event_loop_lag_p99_seconds', 'The same, 99th percentile.', use.lag.p99),
    gauge('phien_event_loop_lag_max_seconds', 'The same, largest.', use.lag.max),
    gauge('process_resident_memory_bytes', 'Resident memory.', use.memory.resident),
    gauge('process_heap_bytes', 'Memory of JavaScript objects.', use.memory.heap),
    counter('process_cpu_seconds_total', 'Processor time, user and system.', [{ value: use.cpu }]),
    gauge('process_start_time_seconds', 'When the process was started, Unix time.', use.started),
  ];
}
