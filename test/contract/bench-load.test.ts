import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { test } from 'node:test';
import { createCaller, encodeRequest } from '../../bench/lib/connection.ts';
import { countOf, requireAllAnswered, startLoadClient } from '../../bench/lib/load-client.ts';

async function listen(server: Server) {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  };
}

const serve = (listener: RequestListener) => listen(createHttpServer(listener));

test('an answer is whole however its bytes arrive', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
  await using server = await listen(
    createServer({ noDelay: true }, (socket) => {
      const bytes = [...answer];
      socket.on('data', () => {
        const drip = () => {
          const byte = bytes.shift();
          if (byte === undefined) return;
          socket.write(byte);
          setImmediate(drip);
        };
        drip();
      });
    }),
  );
  using caller = createCaller(server.url);
  const { status, body } = await caller.call(encodeRequest(server.url, { method: 'GET' }));
  assert.deepEqual([status, body.toString()], [200, 'hello']);
});

test('a request carries its body and its length, and what was refused is said', async () => {
  await using server = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const given = `${request.method} ${request.url} ${request.headers['content-length']} ${body}`;
    response.statusCode = body === 'no' ? 418 : 200;
    response.setHeader('content-length', given.length).end(given);
  });
  using caller = createCaller(server.url);
  const post = (body: string) =>
    caller.call(encodeRequest(`${server.url}/a?b=1`, { method: 'POST', body: Buffer.from(body) }));
  assert.equal((await post('yes')).body.toString(), 'POST /a?b=1 3 yes');
  await assert.rejects(post('no'), /418: POST \/a\?b=1 2 no/);
});

test('so many connections ask at a time, each as soon as it has its answer', async () => {
  let open = 0;
  let most = 0;
  let answered = 0;
  await using server = await serve((_request, response) => {
    most = Math.max(most, ++open);
    setImmediate(() => {
      open -= 1;
      answered += 1;
      response.setHeader('content-length', 2).end('ok');
    });
  });
  await using client = await startLoadClient();
  const requests = [encodeRequest(server.url, { method: 'GET' })];
  const report = await client.run({ kind: 'closed', url: server.url, requests, connections: 3, durationMs: 200 });
  requireAllAnswered(report, 'the server');
  assert.equal(most, 3);
  assert.equal(report.status.length, answered);
  assert.ok(countOf(report) > 3 && countOf(report) <= answered);
});

test('a beat waits for nobody, and says what it could not send', async () => {
  // Answers nothing until nobody asks any more.
  const held: (() => void)[] = [];
  await using server = await serve((_request, response) => {
    held.push(() => void response.setHeader('content-length', 2).end('ok'));
    if (held.length === 4) setTimeout(() => held.forEach((answer) => answer()), 600);
  });
  await using client = await startLoadClient();
  const requests = [encodeRequest(server.url, { method: 'GET' })];
  const plan = { kind: 'paced', url: server.url, requests, durationMs: 300 } as const;
  const report = await client.run({ ...plan, perSecond: 100, connectionsMax: 4 });
  assert.deepEqual([...report.status], [200, 200, 200, 200]);
  // Thirty beats without the four; a busy machine ends them later, after some more.
  assert.ok(report.unsentCount >= 10 && report.unsentCount <= 60, `${report.unsentCount} unsent`);
  assert.equal(countOf(report), 0, 'what came after the time was up is in no rate');
});

test('a server that goes away is a failed request, not an end of the load', async () => {
  let left = 1;
  await using server = await serve((_request, response) => {
    if (left-- > 0) response.socket?.destroy();
    else response.setHeader('content-length', 2).end('ok');
  });
  await using client = await startLoadClient();
  const requests = [encodeRequest(server.url, { method: 'GET' })];
  const report = await client.run({ kind: 'closed', url: server.url, requests, connections: 1, durationMs: 200 });
  assert.equal(report.status[0], 0);
  assert.ok(countOf(report) > 1);
  assert.throws(() => requireAllAnswered(report, 'the server'), /1 of \d+ requests failed/);
});
