import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { RunSpec } from '../ports.ts';
import { createInferenceClient } from './inference-client.ts';

const spec: RunSpec = {
  sessionId: 'session',
  requestId: 'request-1',
  source: { kind: 'IMAGES', frames: ['file:///a.jpg'], frameIntervalMs: 1_000 },
  pipelines: ['detect'],
  profile: 'FAST',
  startFrameIndex: 0,
  nextTrackNumber: 1,
  deliver: { url: 'http://127.0.0.1:9/internal/sessions/session/batches', attempt: 2 },
};

const opened = { type: 'opened', framesTotal: 1, model: { name: 'm', version: '1', digest: 'd' } };
const runType = { 'content-type': 'application/vnd.sightline.run' };

function message(header: object): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(text.byteLength, 0);
  return Buffer.concat([prefix, text]);
}

/** A sidecar that answers as the test says. */
async function startSidecar(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    client: (idleMs = 5_000) => createInferenceClient({ url, serviceToken: 'service token', idleMs }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const never = () => new AbortController().signal;

async function collect(messages: AsyncIterable<unknown>): Promise<unknown[]> {
  const collected: unknown[] = [];
  for await (const each of messages) collected.push(each);
  return collected;
}

const json = (response: ServerResponse, status: number, body: object) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('a run is asked for with the service token and the request id, and its messages are passed on', async () => {
  const asked: { headers: IncomingMessage['headers']; body: unknown }[] = [];
  await using sidecar = await startSidecar(async (request, response) => {
    asked.push({ headers: request.headers, body: JSON.parse(Buffer.concat(await request.toArray()).toString()) });
    response.writeHead(200, runType);
    response.write(message(opened));
    response.end(message({ type: 'ended' }));
  });
  assert.deepEqual(await collect(sidecar.client().run(spec, never())), [opened, { type: 'ended' }]);
  assert.deepEqual(asked[0]?.body, { ...spec, deliver: { ...spec.deliver, token: 'service token' } });
  assert.equal(asked[0]?.headers.authorization, 'Bearer service token');
  assert.equal(asked[0]?.headers['x-request-id'], 'request-1');
});

test('a run the sidecar will never accept ends as failed', async () => {
  const error = { code: 'PIPELINE_UNKNOWN', message: 'There is no pipeline “x”.' };
  await using sidecar = await startSidecar((_request, response) => json(response, 422, { error }));
  assert.deepEqual(await collect(sidecar.client().run(spec, never())), [{ type: 'failed', ...error }]);
});

test('whatever breaks on the way throws SERVICE_UNAVAILABLE with its cause', async () => {
  const breaks: [string, RequestListener, RegExp][] = [
    ['busy', (_q, response) => json(response, 503, { error: { code: 'BUSY', message: 'later' } }), /answered 503/],
    [
      'refused token',
      (_q, response) => json(response, 401, { error: { code: 'UNAUTHENTICATED', message: 'no' } }),
      /answered 401/,
    ],
    ['not a sidecar', (_q, response) => response.end('<html>'), /answered 200/],
    [
      'broken message',
      (_q, response) => response.writeHead(200, runType).end(message({ type: 'what' })),
      /invalid|what/i,
    ],
    [
      'cut off',
      (_q, response) => response.writeHead(200, runType).end(message(opened).subarray(0, 20)),
      /in the middle/,
    ],
  ];
  for (const [name, answer, cause] of breaks) {
    await using sidecar = await startSidecar(answer);
    const error = await collect(sidecar.client().run(spec, never())).then(
      () => assert.fail(name),
      (reason: Error & { code: string }) => reason,
    );
    assert.equal(error.code, 'SERVICE_UNAVAILABLE', name);
    assert.match(String(error.cause), cause, name);
  }
  await assert.rejects(
    collect(createInferenceClient({ url: 'http://127.0.0.1:9', serviceToken: 'x' }).run(spec, never())),
    {
      code: 'SERVICE_UNAVAILABLE',
    },
  );
});

test('a sidecar that dies in the middle throws after what it said', async () => {
  await using sidecar = await startSidecar((_request, response) => {
    response.writeHead(200, runType);
    response.write(message(opened), () => response.destroy());
  });
  const run = sidecar.client().run(spec, never())[Symbol.asyncIterator]();
  assert.deepEqual((await run.next()).value, opened);
  await assert.rejects(run.next(), { code: 'SERVICE_UNAVAILABLE' });
});

test('a sidecar that falls silent counts as broken; a reader that takes its time does not', async () => {
  await using sidecar = await startSidecar((_request, response) => {
    response.writeHead(200, runType);
    response.write(message(opened));
  });
  const run = sidecar.client(500).run(spec, never())[Symbol.asyncIterator]();
  await run.next();
  await new Promise((resolve) => setTimeout(resolve, 600));
  const error = await run.next().then(
    () => assert.fail(),
    (reason: Error) => reason,
  );
  assert.match(String(error.cause), /silent for 500 ms/);
});

test('aborting, and leaving the loop, both hang up', async () => {
  const hungUp: Promise<unknown>[] = [];
  await using sidecar = await startSidecar((_request, response) => {
    hungUp.push(once(response, 'close'));
    response.writeHead(200, runType);
    response.write(message(opened));
  });
  for await (const first of sidecar.client().run(spec, never())) {
    assert.deepEqual(first, opened);
    break;
  }
  await hungUp[0];
  const stop = new AbortController();
  const run = sidecar.client().run(spec, stop.signal)[Symbol.asyncIterator]();
  await run.next();
  const waiting = run.next();
  stop.abort(new Error('stop requested'));
  await assert.rejects(waiting, /stop requested/);
  await hungUp[1];
});

test('check tells ready from not ready from gone', async () => {
  let status = 200;
  await using sidecar = await startSidecar((request, response) => {
    assert.equal(request.url, '/health/ready');
    response.writeHead(status).end();
  });
  await sidecar.client().check();
  status = 503;
  await assert.rejects(sidecar.client().check(), { code: 'SERVICE_UNAVAILABLE' });
  await assert.rejects(createInferenceClient({ url: 'http://127.0.0.1:9', serviceToken: 'x' }).check(), {
    code: 'SERVICE_UNAVAILABLE',
  });
});
