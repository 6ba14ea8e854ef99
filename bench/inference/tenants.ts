import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { countOf, rateOf } from '../lib/load-client.ts';
import { lessIsBetter, moreIsBetter } from '../lib/report.ts';
import type { Row } from '../lib/report.ts';
import { quantile } from '../lib/statistics.ts';
import { loadServer } from './loads.ts';
import { binaryRequest } from './requests.ts';
import { sampleOf } from './samples.ts';
import type { World } from './world.ts';

/** How much later another organization's answers may come. */
const movedMax = 2;
/** Of what the engines can do: a neighbour who asks for little. */
const quietShare = 0.2;
const floodConnections = 64;
/** What it does before and after the other is measured beside it. */
const floodedMs = 1_000;

/** Two organizations by their keys: one asks for a fifth of what there is, the other for all it can get. */
export async function measureTenants(world: World): Promise<Row[]> {
  const { models, isQuick } = world;
  const model = models.conv320;
  await using stack = new AsyncDisposableStack();
  const serviceToken = randomUUID();
  const server = stack.use(await startKeyServer());
  const env = { SERVER_URL: server.url, SERVICE_TOKEN: serviceToken };
  const sidecar = stack.use(await world.startSidecar({ models: ['conv320'], env }));
  const [quiet, flood] = [stack.use(await world.startLoadClient()), stack.use(await world.startLoadClient())];
  const requestsOf = (organization: string) =>
    [1, 2, 3, 4].map((seed) =>
      binaryRequest({ ...sidecar, headers: { authorization: `Bearer ${organization}` } }, model, sampleOf(model, seed)),
    );
  const { url } = sidecar;
  const durationMs = isQuick ? 4_000 : 15_000;

  const most = { url, requests: requestsOf('flooding'), connections: 8, durationMs: 1_500 };
  await loadServer(flood, sidecar.cpu, most);
  const { perSecond: capacity } = await loadServer(flood, sidecar.cpu, most);
  const ask = async () => {
    const report = await quiet.run({
      ...{ kind: 'paced', url, requests: requestsOf('quiet'), perSecond: capacity * quietShare },
      ...{ connectionsMax: 64, durationMs },
    });
    const served = [...report.latencyMs].filter((_, index) => report.status[index] === 200);
    return { p50: quantile(served, 0.5), p95: quantile(served, 0.95), failed: report.status.length - served.length };
  };
  const alone = await ask();
  const flooding = flood.run({
    ...{ kind: 'closed', url, requests: requestsOf('flooding'), connections: floodConnections },
    durationMs: durationMs + 2 * floodedMs,
  });
  await delay(floodedMs);
  const beside = await ask();
  const flooded = await flooding;

  const limit = alone.p95 * movedMax;
  return [
    moreIsBetter('tenants, 8 connections of one', capacity, 'requests/s', null, null),
    lessIsBetter('an organization alone, p50', alone.p50, 'ms', null, null),
    lessIsBetter('  p95', alone.p95, 'ms', null, null),
    lessIsBetter('beside one that floods, p50', beside.p50, 'ms', alone.p50, null),
    lessIsBetter('  p95 against its limit', beside.p95, 'ms', limit, 1),
    {
      ...{ metric: '  refused or broken off', value: beside.failed, unit: 'requests', floor: null },
      ...{ ratio: null, goal: null, ok: beside.failed === 0 },
    },
    moreIsBetter('  answered to the flooding one', rateOf(flooded), 'requests/s', capacity, null),
    moreIsBetter('  refused to the flooding one', flooded.status.length - countOf(flooded), 'requests', null, null),
  ];
}

/** Stands for the server, which knows whose a key is: here each is the organization of its own name. */
async function startKeyServer(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    // Usage and all the rest: there is nothing of it here.
    if (request.url !== '/internal/introspect') return void response.writeHead(404).end('{}');
    const { token } = JSON.parse(body || '{}') as { token?: string };
    const answer = { active: true, organizationId: token, permissions: ['inference:use'], expiresAt: null };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
