import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { UnauthenticatedError } from '@sightline/server/errors/request-errors';
import { patienceMs } from '../harness/until.ts';
import { silences, startFixture } from './graphql-fixture.ts';
import { openSocket } from './raw-socket.ts';

const json = { 'content-type': 'application/json' };
const body = (query: string, variables?: object) => JSON.stringify({ query, variables });

/** Resolves when exactly that many `silence` subscriptions are open. */
async function silencesToBe(count: number): Promise<void> {
  while (silences.open !== count) await once(silences.changed, 'change', { signal: AbortSignal.timeout(patienceMs) });
}

async function codeOf(response: Response): Promise<[number, string]> {
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return [response.status, errors[0]!.extensions.code];
}

test('a request id that is fit for logs is kept, any other is replaced, and every answer carries one', async () => {
  await using server = await startFixture();
  const send = (init: RequestInit, id?: string) =>
    fetch(server.url, { ...init, headers: { ...json, ...init.headers, ...(id && { 'x-request-id': id }) } });
  const post = { method: 'POST', body: body('{ hello }') };
  assert.equal((await send(post, 'a-Z_0.9')).headers.get('x-request-id'), 'a-Z_0.9');
  for (const bad of ['no spaces', 'x'.repeat(65), 'ü', '<script>']) {
    const kept = (await send(post, encodeURIComponent(bad) === bad ? bad : bad.replace('ü', '%C3'))).headers.get(
      'x-request-id',
    );
    assert.match(kept ?? '', /^[0-9a-f]{8}-/, bad);
  }
  for (const init of [
    { method: 'OPTIONS' },
    { method: 'DELETE' },
    { method: 'POST', body: 'x' },
    { headers: { accept: 'text/html' } },
  ]) {
    const response = await send(init, 'every.answer');
    assert.equal(response.headers.get('x-request-id'), 'every.answer', init.method);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    await response.body?.cancel();
  }
});

test('what a foreign page could send without asking is refused: forms, text, mutations by GET', async () => {
  await using server = await startFixture();
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/json; charset=utf-16',
  ]) {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': type },
      body: body('{ hello }'),
    });
    assert.deepEqual(await codeOf(response), [415, 'UNSUPPORTED_MEDIA_TYPE'], type);
  }
  const byGet = await fetch(`${server.url}?query=${encodeURIComponent('mutation { touch }')}`);
  assert.equal(byGet.headers.get('allow'), 'GET, POST, OPTIONS');
  assert.deepEqual(await codeOf(byGet), [405, 'METHOD_NOT_ALLOWED']);
  assert.deepEqual(await codeOf(await fetch(server.url, { method: 'DELETE' })), [405, 'METHOD_NOT_ALLOWED']);
  assert.deepEqual(await codeOf(await fetch(`${server.url}?query=%7Bhello%7D&variables=%7B`)), [400, 'BAD_REQUEST']);
  assert.deepEqual(await codeOf(await fetch(server.url, { headers: { accept: 'image/png' } })), [
    406,
    'NOT_ACCEPTABLE',
  ]);
  const plain = await fetch(server.url, { method: 'POST', headers: json, body: body('subscription { silence }') });
  assert.deepEqual(await codeOf(plain), [406, 'NOT_ACCEPTABLE']);
});

test('other origins are answered only when they are listed', async () => {
  await using closed = await startFixture();
  await using open = await startFixture({ corsOrigins: ['https://app.example'] });
  const preflight = (url: string, origin: string) =>
    fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  assert.equal((await preflight(closed.url, 'https://app.example')).headers.get('access-control-allow-origin'), null);
  assert.equal((await preflight(open.url, 'https://evil.example')).headers.get('access-control-allow-origin'), null);
  const allowed = await preflight(open.url, 'https://app.example');
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example');
  assert.match(allowed.headers.get('access-control-allow-headers') ?? '', /authorization/);
  assert.equal(allowed.headers.get('vary'), 'origin');

  await using stranger = await openSocket(closed.wsUrl, { origin: 'https://evil.example' });
  assert.equal((await stranger.closed).code, 1006);
  await using friend = await openSocket(open.wsUrl, { origin: 'https://app.example' });
  assert.deepEqual(await friend.init(), { type: 'connection_ack' });
  await using own = await openSocket(closed.wsUrl, { origin: `http://127.0.0.1:${closed.port}` });
  assert.deepEqual(await own.init(), { type: 'connection_ack' });
});

test('GraphiQL is one page that loads nothing from elsewhere and may reach nobody but us', async () => {
  await using server = await startFixture();
  const response = await fetch(server.url, { headers: { accept: 'text/html,application/xhtml+xml' } });
  const html = await response.text();
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
  const markup = html.replace(/<script>[\s\S]*<\/script>/, '').replace(/<style>[\s\S]*<\/style>/, '');
  assert.doesNotMatch(markup, /https?:|\ssrc=|<link(?! rel="icon" href="data:)/);
  assert.doesNotMatch(/<style>[\s\S]*<\/style>/.exec(html)?.[0] ?? '', /@import|url\(\s*["']?(?:https?:)?\/\//);
  assert.match(html, /"isHeadersEditorEnabled":true/);
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^']+';/);
  assert.doesNotMatch(policy, /https?:|\*|unsafe-eval/);
  const again = await fetch(server.url, {
    headers: { accept: 'text/html', 'if-none-match': response.headers.get('etag') ?? '' },
  });
  assert.equal(again.status, 304);
  await using closed = await startFixture({ introspection: false });
  assert.equal((await fetch(closed.url, { headers: { accept: 'text/html' } })).status, 406);
});

test('a body is cut off at the limit however it is sent, and a slow one at the deadline', async () => {
  await using server = await startFixture({ limits: { bodyBytes: 1000, bodyTimeoutMs: 50 } });
  const send = (headers: Record<string, string | number>) => {
    const outgoing = request(server.url, { method: 'POST', headers: { ...json, ...headers } });
    outgoing.on('error', () => undefined);
    return { outgoing, answer: once(outgoing, 'response') as Promise<[import('node:http').IncomingMessage]> };
  };
  const chunked = send({});
  chunked.outgoing.write('x'.repeat(600));
  chunked.outgoing.write('x'.repeat(600));
  const [tooLarge] = await chunked.answer;
  assert.deepEqual([tooLarge.statusCode, tooLarge.headers.connection], [413, 'close']);
  const announced = send({ 'content-length': 5000 });
  announced.outgoing.flushHeaders();
  assert.equal((await announced.answer)[0].statusCode, 413);
  const slow = send({ 'content-length': 500 });
  slow.outgoing.write('x');
  assert.equal((await slow.answer)[0].statusCode, 408);
  for (const { outgoing } of [chunked, announced, slow]) outgoing.destroy();
});

test('a host header that is no host does no harm', async () => {
  await using server = await startFixture();
  for (const accept of ['application/json', 'text/event-stream']) {
    const socket = connect(server.port, '127.0.0.1');
    const payload = body('{ hello }');
    socket.end(
      `POST /graphql HTTP/1.1\r\nhost: ::[bad\r\nconnection: close\r\ncontent-type: application/json\r\naccept: ${accept}\r\ncontent-length: ${payload.length}\r\n\r\n${payload}`,
    );
    let text = '';
    for await (const chunk of socket) text += chunk;
    assert.match(text, /^HTTP\/1.1 200[\s\S]*"hello":"hello "/);
  }
});

test('a stream gives every result and then says that it is complete', async () => {
  await using server = await startFixture();
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { ...json, accept: 'text/event-stream' },
    body: body('subscription { ticks(upTo: 3) }'),
  });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const results = [...(await response.text()).matchAll(/^data: (\{.*)$/gm)].map(
    ([, data]) => JSON.parse(data!).data.ticks,
  );
  assert.deepEqual(results, [1, 2, 3]);
});

test('a subscription ends when its caller leaves, on a stream and on a WebSocket', async () => {
  await using server = await startFixture();
  const leaving = new AbortController();
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { ...json, accept: 'text/event-stream' },
    body: body('subscription { silence }'),
    signal: leaving.signal,
  });
  assert.equal(response.status, 200);
  assert.equal(silences.open, 1);
  leaving.abort();
  await silencesToBe(0);

  await using socket = await openSocket(server.wsUrl);
  await socket.init();
  socket.subscribe('1', 'subscription { silence }');
  socket.subscribe('2', 'subscription { silence }');
  socket.subscribe('3', '{ hello }');
  assert.equal((await socket.next()).id, '3');
  assert.equal(silences.open, 2);
  socket.send({ id: '1', type: 'complete' });
  await silencesToBe(1);
  socket.socket.terminate();
  await silencesToBe(0);
});

test('a WebSocket answers like HTTP and lets through as many operations as the limit says', async () => {
  await using server = await startFixture({ limits: { operationsPerSocket: 2 } });
  await using socket = await openSocket(server.wsUrl, { headers: { 'x-request-id': 'socket.1' } });
  assert.equal((await socket.upgraded)[0].headers['x-request-id'], 'socket.1');
  assert.deepEqual(await socket.init({ authorization: 'Bearer good' }), { type: 'connection_ack' });
  socket.subscribe('q', '{ caller }');
  assert.deepEqual(await socket.next(), {
    id: 'q',
    type: 'next',
    payload: { data: { caller: 'good' }, extensions: { cost: 1 } },
  });
  assert.deepEqual(await socket.next(), { id: 'q', type: 'complete' });
  for (const id of ['1', '2', '3']) socket.subscribe(id, 'subscription { silence }');
  const refused = await socket.next();
  assert.deepEqual(
    [refused.id, refused.type, refused.payload[0].extensions.code],
    ['3', 'error', 'TOO_MANY_SUBSCRIPTIONS'],
  );
  assert.equal(refused.payload[0].extensions.requestId, 'socket.1');
});

test('revoking a sign-in closes its sockets and streams and no others', async () => {
  await using server = await startFixture();
  const sockets = [];
  for (const caller of ['good-1', 'good-2']) {
    const socket = await openSocket(server.wsUrl);
    await socket.init({ authorization: `Bearer ${caller}` });
    sockets.push(socket);
  }
  const stream = await fetch(server.url, {
    method: 'POST',
    headers: { ...json, accept: 'text/event-stream', authorization: 'Bearer good-1' },
    body: body('subscription { silence }'),
  });
  server.graphql.closeWhere(({ caller }) => caller === 'good-1');
  assert.deepEqual(await sockets[0]!.closed, { code: 4401, reason: 'UNAUTHENTICATED' });
  assert.match(await stream.text(), /"code":"UNAUTHENTICATED"[\s\S]*event: complete/);
  sockets[1]!.subscribe('1', '{ caller }');
  assert.deepEqual((await sockets[1]!.next()).payload.data, { caller: 'good-2' });
  for (const socket of sockets) await socket[Symbol.asyncDispose]();
  await silencesToBe(0);
});

test('an operation on a socket whose token died since is refused, and the socket closed', async () => {
  let isRevoked = false;
  await using server = await startFixture({
    revalidate: () => {
      if (isRevoked) throw new UnauthenticatedError();
    },
  });
  await using socket = await openSocket(server.wsUrl);
  await socket.init({ authorization: 'Bearer good' });
  isRevoked = true;
  socket.subscribe('1', '{ caller }');
  assert.equal((await socket.closed).code, 4401);
});

test('a peer that answers no ping is cut off', async () => {
  await using server = await startFixture({ limits: { socketPingMs: 30 } });
  await using socket = await openSocket(server.wsUrl, { autoPong: false });
  await socket.init();
  assert.equal((await socket.closed).code, 1006);
});

test('a reader that falls too far behind is closed and counted, not buffered for', async () => {
  await using server = await startFixture({ limits: { socketBufferBytes: 1024 * 1024 } });
  await using socket = await openSocket(server.wsUrl);
  await socket.init();
  socket.socket.pause();
  // Far more than the kernel buffers hold, without reading any of it.
  for (let index = 0; index < 90; index += 1) socket.subscribe(`${index}`, '{ text(size: 1000000) }');
  while (!server.logs.some((line) => line.includes('reads too slowly')))
    await new Promise((resolve) => setImmediate(resolve));
  socket.socket.resume();
  assert.deepEqual(await socket.closed, { code: 1013, reason: 'READER_TOO_SLOW' });
});

test('stopping tells sockets to go elsewhere and breaks streams off, so that both come back', async () => {
  const server = await startFixture();
  await using socket = await openSocket(server.wsUrl);
  await socket.init();
  socket.subscribe('1', 'subscription { silence }');
  const stream = await fetch(server.url, {
    method: 'POST',
    headers: { ...json, accept: 'text/event-stream' },
    body: body('subscription { silence }'),
  });
  const rest = assert.rejects(stream.text());
  await server[Symbol.asyncDispose]();
  assert.deepEqual(await socket.closed, { code: 1001, reason: 'SERVICE_UNAVAILABLE' });
  await rest;
  await silencesToBe(0);
});
