import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { checkNode } from 'sightline/local-checks';
import { run } from './run.ts';

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'sightline-doctor-'));
});
after(() => rm(home, { recursive: true, force: true }));

type Row = { check: string; state: 'pass' | 'fail' | 'skip'; detail: string; fix: string | null };

const plan = { code: 'free', name: 'Free', maxSources: 2, maxConcurrentSessions: 1, maxStoredBytes: 1 };
const viewer = {
  role: 'OWNER',
  permissions: [],
  user: { id: 'u', name: 'Ann', email: 'ann@example.com' },
  organization: { id: 'o', name: 'Org', plan },
};
const page = (nodes: object[]) => ({
  edges: nodes.map((node) => ({ cursor: '1', node })),
  pageInfo: { hasNextPage: false, endCursor: null },
});

/** What a healthy server and sidecar say, in one; each test breaks one thing. */
const healthy = {
  ready: { status: 200, body: { status: 'ok', dependencies: { database: { status: 'ok' } } } as object },
  sidecar: { status: 200, body: { status: 'ready', parts: { engine: { ok: true } } } as object },
  date: () => new Date(),
  hasSockets: true,
  viewer: viewer as object | null,
  sources: 1,
  sessions: 0,
  models: [{ name: 'blobs', version: '1', isDefault: true }] as object[],
};

async function examine(broken: Partial<typeof healthy>, env: Record<string, string> = {}) {
  const say = { ...healthy, ...broken };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const answer = (status: number, body: object) =>
      response
        .writeHead(status, { date: say.date().toUTCString(), 'content-type': 'application/json' })
        .end(JSON.stringify(body));
    if (request.url === '/sidecar/health/ready') return void answer(say.sidecar.status, say.sidecar.body);
    if (request.url === '/health/ready') return void answer(say.ready.status, say.ready.body);
    if (request.url === '/sidecar/models') return void answer(200, { models: say.models });
    if (text.includes('query Viewer')) return void answer(200, { data: { viewer: say.viewer } });
    if (text.includes('query Sources'))
      return void answer(200, { data: { sources: page(Array.from({ length: say.sources }, () => ({}))) } });
    return void answer(200, { data: { sessions: page(Array.from({ length: say.sessions }, () => ({}))) } });
  });
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('connection', (socket) => socket.on('message', () => socket.send('{"type":"connection_ack"}')));
  server.on('upgrade', (request, socket, head) => {
    if (say.hasSockets) sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open));
    else socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const surroundings = {
      home,
      env: {
        SIGHTLINE_URL: url,
        SIGHTLINE_INFERENCE_URL: `${url}/sidecar`,
        SIGHTLINE_API_KEY: 'slk_0123456789abcdefghij',
        ...env,
      },
    };
    const { code, json } = await run(['doctor', '--json'], surroundings);
    const rows = json as Row[];
    const failed = rows.filter(({ state }) => state === 'fail');
    for (const { fix, check } of failed) assert.ok(fix, check);
    assert.equal(code, failed.length > 0 ? 1 : 0);
    return {
      rows,
      failed: failed.map(({ check }) => check),
      fixOf: (name: string) => rows.find(({ check }) => check === name)?.fix,
    };
  } finally {
    sockets.close();
    server.closeAllConnections();
    server.close();
  }
}

test('where everything works every row passes', async () => {
  const { rows } = await examine({});
  assert.deepEqual(
    rows.filter(({ state }) => state !== 'pass'),
    [],
  );
  assert.equal(rows.length, 11);
});

test('each thing that can be broken fails in its own row, with what to do about it', async () => {
  const down = { status: 503, body: { status: 'unavailable', dependencies: { database: { status: 'unavailable' } } } };
  const cases: [Partial<typeof healthy>, string[], RegExp][] = [
    [{ ready: down }, ['server ready'], /log/],
    [{ ready: { status: 200, body: { hello: 1 } } }, ['server'], /--url/],
    [{ date: () => new Date(Date.now() + 3_600_000) }, ['clock'], /clock of this machine/],
    [{ hasSockets: false }, ['live feed'], /Upgrade/],
    [{ viewer: null }, ['sign-in'], /sightline login --url/],
    [{ sources: 2 }, ['room in the plan'], /larger plan/],
    [{ sessions: 1 }, ['room in the plan'], /Stop a session/],
    [
      { sidecar: { status: 503, body: { status: 'not ready', parts: { engine: { ok: false, problem: 'gone' } } } } },
      ['sidecar'],
      /log/,
    ],
    [{ models: [] }, ['models'], /Install one/],
  ];
  for (const [broken, expected, fix] of cases) {
    const { failed, fixOf } = await examine(broken);
    assert.deepEqual(failed, expected, JSON.stringify(broken));
    assert.match(fixOf(expected[0] ?? '') ?? '', fix);
  }
  const gone = 'http://127.0.0.1:9';
  assert.deepEqual((await examine({}, { SIGHTLINE_INFERENCE_URL: gone })).failed, ['sidecar']);
  const nothing = await examine({}, { SIGHTLINE_URL: gone, SIGHTLINE_INFERENCE_URL: gone, SIGHTLINE_API_KEY: '' });
  assert.deepEqual(nothing.failed, ['server', 'sign-in', 'sidecar']);
  assert.match(nothing.fixOf('server') ?? '', /sightline start/);
  for (const [version, state] of [
    ['18.20.1', 'fail'],
    ['20.18.3', 'fail'],
    ['20.19.0', 'pass'],
    ['24.1.0', 'pass'],
  ] as const)
    assert.equal(checkNode(version).state, state, version);
});
