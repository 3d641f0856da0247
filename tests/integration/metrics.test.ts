import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSha256 } from '../../common/domain/ids.ts';
import { createHubMeter, type HubMeter } from '../../main/hub/hub-meter.ts';
import { metricsText } from '../../main/hub/metrics-text.ts';
import { serveMetrics, type MetricsServer } from '../../main/hub/serve-metrics.ts';
import { hasTool } from '../fixtures/judges.ts';
import { createOrganisation } from '../fixtures/network/organisation.ts';
import { getAs } from '../fixtures/network/raw-client.ts';
import { expectSoon, openTestRoom, type TestRoom } from '../fixtures/network/room.ts';
import { readMetrics, scrape, type Sample } from '../fixtures/prometheus.ts';

const valueOf = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}) =>
  samples.find((one) => one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels))?.value;

describe('[WATCH-1] the strict reader', () => {
  it('takes what the format allows, with everything escaped that must be', () => {
    const text = metricsText([
      { name: 'a_total', help: 'one \\ two\nthree', type: 'counter', samples: [{ value: 1.5e21 }] },
      { name: 'left_out', help: 'x', type: 'gauge', samples: [] },
      {
        name: 'b',
        help: 'x',
        type: 'gauge',
        samples: [{ labels: { x: 'a"b\\c\nd,}', y: '' }, value: -Infinity }, { value: Number.NaN }],
      },
    ]);
    expect(readMetrics(text)).toEqual([
      { name: 'a_total', labels: {}, value: 1.5e21 },
      { name: 'b', labels: { x: 'a"b\\c\nd,}', y: '' }, value: -Infinity },
      { name: 'b', labels: {}, value: Number.NaN },
    ]);
  });

  it('refuses what it does not', () => {
    const head = '# HELP a b\n# TYPE a gauge\n';
    for (const bad of [
      'a 1\n',
      `${head}a 1`,
      `${head}a one\n`,
      `${head}a{x=1} 1\n`,
      `${head}a{x="1",} 1\n`,
      `${head}a 1\na 2\n`,
      `${head}b 1\n`,
      '# HELP a b\n# TYPE a counter\na 1\n',
      `${head}a 1\n${head}a{x="1"} 2\n`,
    ]) {
      expect(() => readMetrics(bad)).toThrow();
    }
  });
});

describe('a hub that is watched', () => {
  let room: TestRoom;
  let meter: HubMeter;
  let watched: MetricsServer;
  let url: string;
  beforeAll(async () => {
    meter = createHubMeter();
    room = await openTestRoom(await createOrganisation('Sở Thử nghiệm'), { meter });
    watched = await serveMetrics({ listen: { host: '127.0.0.1', port: 0 }, meter, version: '1.2.3' });
    url = `http://${watched.address}/metrics`;
  }, 60_000);
  afterAll(async () => {
    await watched.close();
    await room.close();
  });

  it('[WATCH-2] counts connections, links, messages, entries, refusals, closes and papers, as they are', async () => {
    const quiet = (await scrape(url)).samples;
    expect(valueOf(quiet, 'phien_links', { state: 'ready' })).toBe(0);
    expect(valueOf(quiet, 'phien_meetings_carried')).toBe(1);

    const an = await room.enrol('Nguyễn Văn An');
    const { meeting, link } = room.join(an);
    link.follow(`ink/${'a'.repeat(64)}/${an.member}`);
    await expectSoon('connected', () => link.state().state === 'connected');
    await meeting.act('checked-in', { how: 'in-person' });
    await expectSoon('stored', () => meter.entriesStored === 1);
    await expectSoon('followed', () => meter.now().documentsFollowed === 1);
    const busy = (await scrape(url)).samples;
    expect(valueOf(busy, 'phien_links', { state: 'ready' })).toBe(1);
    expect(valueOf(busy, 'phien_connections')).toBe(1);
    expect(valueOf(busy, 'phien_connections_total', { outcome: 'accepted' })).toBe(1);
    expect(valueOf(busy, 'phien_entries_stored_total')).toBe(1);
    expect(valueOf(busy, 'phien_documents_followed')).toBe(1);
    for (const direction of ['in', 'out']) {
      expect(valueOf(busy, 'phien_messages_total', { direction })).toBeGreaterThanOrEqual(2);
      // An entry is some 3 KB.
      expect(valueOf(busy, 'phien_message_bytes_total', { direction })).toBeGreaterThan(
        direction === 'in' ? 2000 : 100,
      );
    }

    // What An may not write: refused by reason, and the link closed by code.
    await meeting.write('plan', (doc) => doc.getMap('meta').set('title', 'không được phép'));
    await expectSoon('refused', () => meter.closes.get(4403) === 1);
    const stranger = await createOrganisation('Tổ chức khác').then((other) => other.enrol('Người Lạ'));
    await getAs(stranger, room.address, '/meetings').catch(() => undefined);
    await expectSoon('turned away', () => meter.connections.failed + meter.connections.refused === 1);

    const sha256 = asSha256('c'.repeat(64));
    const path = join(tmpdir(), `phien-metrics-${process.pid}`);
    await writeFile(path, Buffer.alloc(300_000));
    room.carried.papers.set(sha256, { path, size: 300_000 });
    const answer = await getAs(an, room.address, `/paper/${room.carried.id}/${sha256}`);
    expect(answer.received.toString('latin1')).toMatch(/^HTTP\/1.1 200 /);
    await rm(path);
    await expectSoon('paper counted', () => meter.papers.out >= 300_000);

    const { text, samples } = await scrape(url);
    expect(valueOf(samples, 'phien_entries_refused_total', { reason: 'not-allowed' })).toBe(1);
    expect(valueOf(samples, 'phien_closes_total', { code: '4403' })).toBe(1);
    expect(valueOf(samples, 'phien_paper_bytes_total', { direction: 'out' })).toBeLessThan(301_000);
    for (const one of samples.filter(({ name }) => name.endsWith('_total'))) {
      const before = valueOf(busy, one.name, one.labels) ?? 0;
      expect(one.value).toBeGreaterThanOrEqual(before);
    }
    for (const name of ['process_resident_memory_bytes', 'process_cpu_seconds_total', 'process_heap_bytes'])
      expect(valueOf(samples, name)).toBeGreaterThan(0);
    expect(valueOf(samples, 'phien_takeovers_total')).toBe(0);

    // Nobody and nothing by name.
    for (const secret of [an.member, room.secretary.member, room.carried.id, sha256, 'Nguyễn', 'Phiên họp', 'không'])
      expect(text).not.toContain(secret);
  });

  it('[WATCH-1] a full second of work in one piece shows as lag of the event loop', async () => {
    await scrape(url);
    // The measuring begins anew with the first turn after a look.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const until = performance.now() + 1000;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { samples } = await scrape(url);
    expect(valueOf(samples, 'phien_event_loop_lag_max_seconds')).toBeGreaterThan(0.9);
  });

  it('[WATCH-1] says nothing else, and nothing on the port of the laptops', async () => {
    const base = url.replace('/metrics', '');
    expect((await fetch(base)).status).toBe(404);
    expect((await fetch(`${base}/meetings`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    const an = await room.enrol('Nguyễn Văn Bình');
    expect((await getAs(an, room.address, '/metrics')).received.toString('latin1')).toMatch(/^HTTP\/1.1 404 /);
  });

  it('[WATCH-1] pleases the Prometheus that others use', async ({ skip }) => {
    if (!hasTool('promtool')) skip('promtool is not installed (Debian: apt-get install prometheus)');
    const { text } = await scrape(url);
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(`${checked.stdout}${checked.stderr}`).toBe('');
    expect(checked.status).toBe(0);
  });
});
