import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startBalancer } from './balancer.ts';

type Handle = (req: IncomingMessage, res: ServerResponse) => unknown;

async function startUpstream(handle: Handle, port = 0) {
  const server: Server = createServer((req, res) => {
    if (req.url === '/health/live') res.end('ok');
    else void handle(req, res);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    server,
    port: own,
    url: `http://127.0.0.1:${own}`,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function startFront(...upstreams: { url: string }[]) {
  const balancer = await startBalancer({ host: '127.0.0.1', port: 0 });
  const backends = upstreams.map(({ url }) => balancer.add(url));
  for (const backend of backends) backend.putIn();
  return {
    url: `http://127.0.0.1:${balancer.port}`,
    port: balancer.port,
    backends,
    [Symbol.asyncDispose]: () => balancer[Symbol.asyncDispose](),
  };
}

const named =
  (name: string): Handle =>
  (req, res) =>
    text(req).then((body) => res.end(`${name} ${body}`));
const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/graphql`, { method: 'POST', body, headers });

test('by turns, bodies small and large; who asks is passed on, and what is said of the connection is not', async () => {
  const seen: IncomingMessage[] = [];
  const tell =
    (name: string): Handle =>
    async (req, res) => {
      seen.push(req);
      res.writeHead(201, 'Made', { 'x-one': ['1', '2'], 'keep-alive': 'timeout=1' });
      res.end(`${name} ${(await text(req)).length}`);
    };
  await using a = await startUpstream(tell('a'));
  await using b = await startUpstream(tell('b'));
  await using front = await startFront(a, b);
  const large = 'x'.repeat(3_000_000);
  const answers = [];
  for (const body of ['', 'hi', large, large]) {
    const answer = await post(front.url, body, { 'x-forwarded-for': '9.9.9.9' });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('x-one'), '1, 2');
    answers.push(await answer.text());
  }
  assert.deepEqual(answers.toSorted(), ['a 2', 'a 3000000', 'b 0', 'b 3000000']);
  for (const { headers } of seen) assert.equal(headers['x-forwarded-for'], '9.9.9.9, 127.0.0.1');
});

test('a body without a length stays a body, whatever the method: nothing in it is taken for a request', async () => {
  const asked: string[] = [];
  await using a = await startUpstream(async (req, res) => {
    asked.push(`${req.method} ${req.url} ${await text(req)}`);
    res.end();
  });
  await using front = await startFront(a);
  const hidden = 'GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n';
  const methods = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'POST'];
  for (const method of methods) {
    const outer = request(`${front.url}/outer`, { method, headers: { 'transfer-encoding': 'chunked' } });
    outer.end(hidden);
    const [answer] = (await once(outer, 'response')) as [IncomingMessage];
    await text(answer);
    // On the connection that is kept, and behind whatever is there.
    await (await fetch(`${front.url}/next`)).text();
  }
  assert.deepEqual(
    asked,
    methods.flatMap((method) => [`${method} /outer ${hidden}`, 'GET /next ']),
  );
});

test('a server that dies before it answers: what can do no harm is sent to the other, all else is told', async () => {
  const dies: Handle = (req) => req.socket.destroy();
  await using a = await startUpstream(dies);
  await using b = await startUpstream(named('b'));
  await using front = await startFront(a, b);
  for (const send of [
    () => fetch(front.url),
    () => post(front.url, '{"query":"{ viewer { id } }"}'),
    () => post(front.url, '{"query":"mutation { x }"}', { 'idempotency-key': 'k' }),
  ]) {
    for (let n = 0; n < 4; n += 1) {
      const answer = await send();
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /^b /);
    }
  }
  const told = new Set<number>();
  for (const body of ['{"query":"mutation { x }"}', String.raw`{"query":"\u006dutation { x }"}`]) {
    for (let n = 0; n < 40 && told.size < 2; n += 1) {
      const answer = await post(front.url, body);
      told.add(answer.status);
      if (answer.status === 503) assert.match(await answer.text(), /SERVICE_UNAVAILABLE/);
    }
    assert.deepEqual([...told].toSorted(), [200, 503]);
    told.clear();
  }
});

test('one that is gone is left out and found again; while none is there, requests wait', async () => {
  const a = await startUpstream(named('a'));
  await using front = await startFront(a);
  assert.equal(await (await fetch(front.url)).text(), 'a ');
  await a[Symbol.asyncDispose]();
  const waiting = post(front.url, 'mutation { nobody was asked yet }');
  await using again = await startUpstream(named('again'), a.port);
  assert.equal(await (await waiting).text(), 'again mutation { nobody was asked yet }');
  assert.ok(again.server.listening);
});

test('taken out, a server finishes what it was asked and gets no more; what has no end is not waited for', async () => {
  const held: ServerResponse[] = [];
  await using a = await startUpstream((req, res) => {
    if (req.url === '/') return held.push(res);
    res.writeHead(200, { 'content-type': req.url === '/feed' ? 'text/event-stream' : 'application/x-ndjson' });
    return res.write('{}\n\n');
  });
  await using b = await startUpstream(named('b'));
  await using front = await startFront(a);
  const [backend] = front.backends;
  const feeds = [await fetch(`${front.url}/feed`), await fetch(`${front.url}/lines`)];
  const slow = fetch(front.url);
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  let isOut = false;
  const out = backend!.takeOut(60_000).then(() => (isOut = true));
  const other = await startFront(b);
  assert.equal(await (await fetch(other.url)).text(), 'b ');
  await other[Symbol.asyncDispose]();
  assert.equal(isOut, false);
  held[0]!.end('done');
  assert.equal(await (await slow).text(), 'done');
  await out;
  for (const feed of feeds) await feed.body?.cancel();
});

test('an answer that breaks off breaks off; a caller that goes away ends the request', async () => {
  const gone = Promise.withResolvers<void>();
  await using a = await startUpstream((req, res) => {
    res.writeHead(200, { 'content-length': '100' });
    res.write('half');
    if (req.url === '/breaks') setImmediate(() => res.destroy());
    else res.once('close', () => gone.resolve());
  });
  await using front = await startFront(a);
  await assert.rejects(fetch(`${front.url}/breaks`).then((answer) => answer.text()));
  const leaving = request(`${front.url}/leaves`).on('error', () => {});
  leaving.end();
  const [answer] = (await once(leaving, 'response')) as [IncomingMessage];
  answer.on('error', () => {});
  leaving.destroy();
  await gone.promise;
});

test('a caller that goes away before it is answered takes no server away from others', async () => {
  const held = Promise.withResolvers<ServerResponse>();
  const probes: unknown[] = [];
  await using a = await startUpstream((req, res) => {
    if (req.url === '/held') held.resolve(res);
    else res.end(`${probes.length} probes`);
  });
  a.server.on('request', ({ url }: IncomingMessage) => url === '/health/live' && probes.push(url));
  await using front = await startFront(a);
  const leaving = request(`${front.url}/held`).on('error', () => {});
  leaving.end();
  const answer = await held.promise;
  leaving.destroy();
  await once(answer, 'close');
  assert.equal(await (await fetch(`${front.url}/next`)).text(), '0 probes');
});

test('sockets are passed through both ways, and go with their server', async () => {
  await using a = await startUpstream(named('a'));
  a.server.on('upgrade', (req, socket) => {
    socket.on('error', () => {});
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: ${req.headers.upgrade}\r\nconnection: upgrade\r\n\r\n`);
    socket.on('data', (data: Buffer) => (data.toString() === 'die' ? socket.destroy() : socket.write(`heard ${data}`)));
  });
  await using front = await startFront(a);
  const socket = connect(front.port, '127.0.0.1').setEncoding('utf8');
  const heard: string[] = [];
  socket.on('data', (data: string) => heard.push(data));
  socket.write('GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n');
  while (!heard.join('').endsWith('\r\n\r\n')) await once(socket, 'data');
  assert.match(heard.join(''), /^HTTP\/1\.1 101 .*\r\nupgrade: test/);
  socket.write('you');
  while (!heard.join('').endsWith('heard you')) await once(socket, 'data');
  socket.write('die');
  await once(socket, 'close');
});

test('what a server said last reaches a reader who is slow: why the socket was closed is among it', async () => {
  const said = Buffer.alloc(8_000_000, 'x');
  await using a = await startUpstream(named('a'));
  a.server.on('upgrade', (req, socket) => {
    assert.equal(Buffer.from(req.headers['x-name'] as string, 'latin1').toString('hex'), 'e9');
    socket.on('error', () => {});
    socket.end(said);
  });
  await using front = await startFront(a);
  const socket = connect(front.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nx-name: \u00e9\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n', 'latin1');
  let received = 0;
  for await (const piece of socket) received += (piece as Buffer).length;
  assert.equal(received, said.length);
});
