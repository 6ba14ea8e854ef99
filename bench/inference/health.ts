import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { median } from '../lib/compare.ts';
import { encodeRequest } from '../lib/connection.ts';
import { requireAllAnswered } from '../lib/load-client.ts';
import { lessIsBetter, moreIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { quantile, usualP99 } from '../lib/statistics.ts';
import { loadServer } from './loads.ts';
import { pictureRequests } from './requests.ts';
import type { World } from './world.ts';

const p50MsMax = 2;
/** How much later than a server that does nothing ours may be. */
const bareSlack = 2;
const connections = 8;
const probesPerSecond = 100;
/** About two seconds. */
const probesPerStretch = 200;

/**
 * The health route on a fixed beat while pictures keep every engine busy with the slowest model. A server that does
 * nothing, in the otherwise idle process of the bench, is asked at the same times: what the machine itself adds.
 */
export async function measureHealth(world: World): Promise<Row[]> {
  const { models, isQuick, picture } = world;
  await using stack = new AsyncDisposableStack();
  const sidecar = stack.use(await world.startSidecar());
  const load = stack.use(await world.startLoadClient());
  const probe = stack.use(await world.startLoadClient());
  const bareProbe = stack.use(await world.startLoadClient());
  const bare = stack.use(await startBareServer());
  const { raw } = pictureRequests(sidecar, models['conv640-uint8'], picture);
  const durationMs = isQuick ? 4_000 : 16_000;

  const ask = async (client: typeof probe, url: string, forMs: number) => {
    const requests = [encodeRequest(url, { method: 'GET' })];
    const plan = { url, requests, perSecond: probesPerSecond, connectionsMax: 256, durationMs: forMs };
    const report = await client.run({ ...plan, kind: 'paced' });
    requireAllAnswered(report, url);
    // The first answers wait for connections to be made.
    return [...report.latencyMs.subarray(10)];
  };
  const askBoth = (forMs: number) =>
    Promise.all([ask(probe, `${sidecar.url}/health/live`, forMs), ask(bareProbe, bare.url, forMs)]);

  const [idle] = await askBoth(2_000);
  const loading = (ms: number) =>
    loadServer(load, sidecar.cpu, { url: sidecar.url, requests: [raw], connections, durationMs: ms });
  await loading(1_000);
  const [pictures, [busy, bareBusy]] = await Promise.all([loading(durationMs + 1_000), askBoth(durationMs)]);

  // Each of the eight waits for the others: an engine is at it for its share of that.
  const inferenceMs = (pictures.p50Ms * world.engineCount) / connections;
  const p50Limit = Math.max(p50MsMax, bareSlack * median(bareBusy));
  const p99Limit = Math.max(inferenceMs, bareSlack * usualP99(bareBusy, probesPerStretch));
  return [
    plain('health, idle, p50', median(idle), 'ms'),
    lessIsBetter('health, every engine busy, p50 against its limit', median(busy), 'ms', p50Limit, 1),
    lessIsBetter(
      'health, every engine busy, p99 against its limit',
      usualP99(busy, probesPerStretch),
      'ms',
      p99Limit,
      1,
    ),
    plain('  p99 of all', quantile(busy, 0.99), 'ms'),
    plain('  a server that does nothing, p50', median(bareBusy), 'ms'),
    plain('  a server that does nothing, p99', usualP99(bareBusy, probesPerStretch), 'ms'),
    moreIsBetter('  pictures meanwhile', pictures.perSecond, 'pictures/s', null, null),
    plain('  server CPU', pictures.cpuUs, 'µs/picture'),
  ];
}

async function startBareServer(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_request, response) => response.end('{"status":"live"}'));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

const plain = (metric: string, value: number, unit: string): Row => lessIsBetter(metric, value, unit, null, null);
