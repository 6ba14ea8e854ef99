import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AuthenticationError,
  Client,
  ConnectionError,
  createSocket,
  defaultReconnectPolicy,
  liveWithFallback,
  openSse,
  RateLimitError,
  SightlineError,
} from '@sightline/core';
import type { ClientOptions, EventStream, Transport } from '@sightline/core';
import { sendByFetch } from '@sightline/core';
import { startFakeFeed } from '../fake-feed.ts';
import { until } from '../../harness/until.ts';
import { errorFrame, frameOf, startFakeStream } from './fake-stream.ts';

const overSse: Transport = { send: sendByFetch((...request) => fetch(...request)), openLive: openSse };

const clientOf = ({ url }: { url: string }, options: ClientOptions = {}) =>
  new Client({
    ...{ baseUrl: url, token: 'token-1', reconnect: { nextDelayMs: () => 0 }, transport: overSse, ...options },
  });

const seqOf = async (stream: EventStream) => {
  const step = await stream.next();
  return !step.done && step.value.kind === 'event' ? step.value.event.seq : null;
};

test('events come however the network cuts them, and in whichever line ends', async () => {
  await using server = await startFakeStream();
  const stream = clientOf(server).events.subscribe({ after: '0' });
  const first = seqOf(stream);
  const answer = await server.stream(1);
  const text = `${frameOf(1)}: a comment\n\nid: 5\n\n${frameOf(2).replaceAll('\n', '\r\n')}${frameOf(3).replaceAll('\n', '\r')}`;
  for (const byte of Buffer.from(text)) {
    answer.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual([await first, await seqOf(stream), await seqOf(stream)], [1, 2, 3]);
  assert.equal(server.asked[0]?.headers.authorization, 'Bearer token-1');
  await stream.close();
  await until(() => server.openCount() === 0);
});

test('a stream that breaks off, ends or falls silent is resumed from the cursor', async () => {
  await using server = await startFakeStream();
  const stream = clientOf(server, { heartbeatMs: 40 }).events.subscribe({ after: '0' });
  const endings = [
    () => server.asked.at(-1)?.answer.destroy(),
    () => server.asked.at(-1)?.answer.end('event: complete\ndata: \n\n'),
    () => server.asked.at(-1)?.answer.end(errorFrame('SERVICE_UNAVAILABLE', true)),
    () => server.asked.at(-1)?.answer.end('event: next\ndata: {"da'),
    // Nothing: it is silent from now on.
    () => undefined,
  ];
  for (const [index, end] of endings.entries()) {
    const step = seqOf(stream);
    (await server.stream(index + 1)).write(frameOf(index + 1));
    assert.equal(await step, index + 1);
    end();
  }
  const last = stream.next();
  await server.stream(endings.length + 1);
  assert.deepEqual(
    server.asked.map(({ after }) => after),
    ['0', '1', '2', '3', '4', '5'],
  );
  await stream.close();
  await last;
});

test('a refusal is the typed error of the server, and ends the stream where waiting cannot mend it', async () => {
  await using server = await startFakeStream();
  server.refuse(401, { errors: [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED', retryable: false } }] });
  await assert.rejects(
    clientOf(server).events.subscribe({ after: '0' }).next(),
    (error) => error instanceof AuthenticationError && error.requestId === 'r-1' && error.status === 401,
  );
  assert.equal(server.asked.length, 1);
});

test('what answers and is no stream is told apart from a server that is away', async () => {
  await using server = await startFakeStream();
  server.refuse(200, { hello: 'world' });
  await assert.rejects(clientOf(server).events.subscribe({ after: '0' }).next(), { code: 'RESPONSE_INVALID' });
  const { url } = server;
  await server[Symbol.asyncDispose]();
  const away = clientOf({ url }, { reconnect: { nextDelayMs: () => null } });
  await assert.rejects(away.events.subscribe({ after: '0' }).next(), ConnectionError);
});

test(
  'a server that asks for patience is not stormed: for a year, for none, by a policy without an end',
  { timeout: 20_000 },
  async () => {
    await using server = await startFakeStream();
    for (const retryAfter of [String(365 * 86_400), new Date(Date.now() + 365 * 86_400_000).toUTCString()]) {
      server.refuse(503, 'Later.', { 'retry-after': retryAfter });
      await assert.rejects(
        clientOf(server, { reconnect: defaultReconnectPolicy }).events.subscribe({ after: '0' }).next(),
        (error) => error instanceof SightlineError && error.retryable && (error.retryAfterMs ?? 0) > 86_400_000,
      );
    }
    assert.equal(server.asked.length, 2);
    const error = new RateLimitError('Later.', { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 0 });
    assert.ok((defaultReconnectPolicy.nextDelayMs({ attempt: 5, error }) ?? 0) > 1_000);

    server.refuse(503, 'Later.');
    const counts = { ever: 0, soon: 0 };
    const soonThrice = Promise.withResolvers<void>();
    const reader = (name: 'ever' | 'soon', delayMs: number) =>
      clientOf(server).events.subscribe({
        after: '0',
        reconnect: {
          nextDelayMs() {
            counts[name] += 1;
            if (counts.soon >= 3) soonThrice.resolve();
            return delayMs;
          },
        },
      });
    const streams = [reader('ever', 2 ** 40), reader('soon', 20)];
    const steps = streams.map((stream) => stream.next());
    await soonThrice.promise;
    assert.equal(counts.ever, 1);
    await Promise.all([...streams.map((stream) => stream.close()), ...steps]);
  },
);

test('a stream that is sent elsewhere does not go there', async () => {
  await using server = await startFakeStream();
  await using elsewhere = await startFakeStream();
  server.refuse(307, '', { location: `${elsewhere.url}/graphql` });
  await assert.rejects(clientOf(server).events.subscribe({ after: '0' }).next(), { code: 'RESPONSE_INVALID' });
  assert.equal(elsewhere.asked.length, 0);
});

const falling = (openWithinMs: number): Transport => ({
  ...overSse,
  openLive: (deps) => liveWithFallback(createSocket(deps), openSse(deps), { policy: { openWithinMs, attempts: 2 } }),
});

test('where no socket opens, the stream takes over without a word, and stays', async () => {
  for (const hang of [false, true]) {
    await using server = await startFakeStream();
    server.upgrades.hang = hang;
    const client = clientOf(server, { transport: falling(hang ? 50 : 60_000) });
    const stream = client.events.subscribe({ after: '7' });
    const step = seqOf(stream);
    (await server.stream(1)).write(frameOf(8));
    assert.equal(await step, 8);
    const tried = server.upgrades.count;
    assert.equal(tried, hang ? 1 : 2);
    server.asked[0]?.answer.destroy();
    const next = seqOf(stream);
    (await server.stream(2)).write(frameOf(9));
    assert.equal(await next, 9);
    assert.equal(server.upgrades.count, tried);
    await stream.close();
    client.close();
  }
});

test('a socket that was open is never given up, and nor is it while nothing at all gets through', async () => {
  await using feed = await startFakeFeed();
  feed.append(1);
  const client = clientOf(feed, { transport: falling(60_000) });
  const stream = client.events.subscribe({ after: '0' });
  assert.equal(await seqOf(stream), 1);
  for (const seq of [2, 3, 4]) {
    const step = seqOf(stream);
    feed.cut();
    feed.append(1);
    assert.equal(await step, seq);
  }
  assert.equal(feed.http.requests.length, 0);
  await stream.close();

  const gone = await startFakeFeed();
  await gone[Symbol.asyncDispose]();
  let tries = 0;
  const patient = clientOf(gone, {
    transport: falling(60_000),
    reconnect: { nextDelayMs: () => ((tries += 1) < 4 ? 0 : null) },
  });
  await assert.rejects(patient.events.subscribe({ after: '0' }).next(), ConnectionError);
  assert.equal(tries, 4);
});
