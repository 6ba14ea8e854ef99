import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AbortError,
  AuthenticationError,
  Client,
  ConnectionError,
  InvalidRequestError,
  PermissionDeniedError,
  defaultReconnectPolicy,
} from '@sightline/core';
import type { ClientOptions, EventStream, ReconnectPolicy } from '@sightline/core';
import { startFakeFeed } from './fake-feed.ts';

const atOnce: ReconnectPolicy = { nextDelayMs: () => 0 };

const clientOf = (feed: { url: string }, options: ClientOptions = {}) =>
  new Client({ baseUrl: feed.url, token: 'token-1', reconnect: atOnce, ...options });

/** What a stream yields until event number `last`: numbers for events, text for gaps. */
async function readUpTo(stream: EventStream, last: number): Promise<(number | string)[]> {
  const seen: (number | string)[] = [];
  for await (const item of stream) {
    seen.push(item.kind === 'event' ? item.event.seq : `${item.fromSeq}-${item.toSeq}`);
    assert.equal(stream.cursor, item.cursor);
    if (item.kind === 'event' && item.event.seq >= last) break;
  }
  return seen;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('a stream resumes over connections cut at random: every event once, in order', async () => {
  let cuts = 0;
  await using feed = await startFakeFeed({
    repeat: 3,
    beforeEvent: (one, seq) => {
      // Sometimes before the event is on its way, sometimes after several more are.
      if (seq % 5 === 0 && Math.random() < 0.4 && cuts < 60) {
        cuts += 1;
        setTimeout(() => one.cut(), Math.random() < 0.5 ? 0 : 2);
      }
    },
  });
  const producer = setInterval(() => feed.append(7), 1);
  try {
    assert.deepEqual(await readUpTo(clientOf(feed).events.subscribe({ after: '0' }), 1_000), numbers(1, 1_000));
  } finally {
    clearInterval(producer);
  }
  assert.ok(
    feed.subscriptions.length > 3,
    `it was cut ${cuts} times and resumed ${feed.subscriptions.length - 1} times`,
  );
  assert.ok(feed.authorizations.every((authorization) => authorization === 'Bearer token-1'));
});

test('a server that closes politely, restarts or completes the subscription is resumed as well', async () => {
  for (const code of [1000, 1001, 1012, 4500]) {
    await using feed = await startFakeFeed({
      beforeEvent: (one, seq) => seq === 3 && one.subscriptions.length === 1 && one.cut(code),
    });
    feed.append(5);
    assert.deepEqual(await readUpTo(clientOf(feed).events.subscribe({ after: '0' }), 5), numbers(1, 5), `code ${code}`);
  }
});

test('a server that sends events again is not believed', async () => {
  await using feed = await startFakeFeed({
    repeat: 2,
    beforeEvent: (one, seq) => seq === 4 && one.subscriptions.length < 4 && one.cut(),
  });
  feed.append(6);
  assert.deepEqual(await readUpTo(clientOf(feed).events.subscribe({ after: '2' }), 6), numbers(3, 6));
});

test('lost history is told as a gap, and only the part that was not read yet', async () => {
  await using feed = await startFakeFeed({ firstKept: 10, repeat: 2 });
  feed.append(12);
  assert.deepEqual(await readUpTo(clientOf(feed).events.subscribe({ after: '4' }), 12), ['5-9', 10, 11, 12]);
});

test('a slow reader loses nothing and costs bounded memory: the rest is asked for when it gets there', async () => {
  await using feed = await startFakeFeed();
  feed.append(3_500);
  const stream = clientOf(feed).events.subscribe({ after: '0' });
  const first = await stream.next();
  assert.equal(first.done, false);
  // The server sends on while nobody reads, until the client has had enough.
  await feed.until(() => feed.openCount === 0);
  assert.deepEqual(await readUpTo(stream, 3_500), numbers(2, 3_500));
  assert.ok(feed.subscriptions.length > 1);
});

test('without a cursor a stream starts at the newest event, and that survives a first lost connection', async () => {
  await using feed = await startFakeFeed();
  feed.append(8);
  feed.http.reply({ data: { events: { edges: [{ cursor: '8' }] } } });
  const stream = clientOf(feed).events.subscribe({ filter: { labels: ['person'] } });
  const next = stream.next();
  await feed.until(() => feed.openCount === 1);
  feed.cut();
  await feed.until(() => feed.subscriptions.length === 2 && feed.openCount === 1);
  feed.append(1);
  const step = await next;
  assert.equal(!step.done && step.value.kind === 'event' && step.value.event.seq, 9);
  assert.deepEqual(
    feed.subscriptions.map(({ after }) => after),
    ['8', '8'],
  );
  assert.deepEqual(feed.subscriptions[1]?.filter?.['labels'], ['person']);
  await stream.close();
});

test('a connection that is dead without anybody saying so is noticed and replaced', async () => {
  await using feed = await startFakeFeed();
  feed.append(1);
  const stream = clientOf(feed, { heartbeatMs: 20 }).events.subscribe({ after: '0' });
  await stream.next();
  const second = stream.next();
  feed.freeze();
  await feed.until(() => feed.subscriptions.length === 2);
  feed.append(1);
  await second;
  assert.equal(stream.cursor, '2');
  await stream.close();
});

test('leaving the loop unsubscribes and closes the socket', async () => {
  await using feed = await startFakeFeed();
  feed.append(2);
  const stream = clientOf(feed).events.subscribe({ after: '0' });
  assert.deepEqual(await readUpTo(stream, 1), [1]);
  await feed.until(() => feed.openCount === 0);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test('a stream that waits can be closed, and aborted', async () => {
  await using feed = await startFakeFeed();
  const closed = clientOf(feed).events.subscribe({ after: '0' });
  const waiting = closed.next();
  await feed.until(() => feed.openCount === 1);
  await closed.close();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  await feed.until(() => feed.openCount === 0);

  const controller = new AbortController();
  const aborted = clientOf(feed).events.subscribe({ after: '0', signal: controller.signal });
  const step = aborted.next();
  await feed.until(() => feed.openCount === 1);
  controller.abort('enough');
  await assert.rejects(step, (error) => error instanceof AbortError && error.cause === 'enough');
  await feed.until(() => feed.openCount === 0);
});

test('what waiting cannot mend ends the stream with its typed error', async () => {
  await using refusing = await startFakeFeed({ refuse: 'CURSOR_INVALID' });
  await assert.rejects(clientOf(refusing).events.subscribe({ after: '9' }).next(), InvalidRequestError);
  assert.equal(refusing.subscriptions.length, 1);

  const closings = [
    [4401, '', AuthenticationError],
    [4403, 'UNAUTHENTICATED', AuthenticationError],
    [4403, 'FORBIDDEN', PermissionDeniedError],
    [4400, 'Invalid message', InvalidRequestError],
  ] as const;
  for (const [code, reason, Class] of closings) {
    await using closing = await startFakeFeed({ beforeEvent: (one) => one.cut(code, reason) });
    closing.append(1);
    const stream = clientOf(closing).events.subscribe({ after: '0' });
    await assert.rejects(readUpTo(stream, 5), Class, `${code} ${reason}`);
    assert.equal(closing.subscriptions.length, 1);
  }
});

test('the reconnect policy sees each failure, counts from zero after a steady connection, and may give up', async () => {
  const attempts: number[] = [];
  const policy: ReconnectPolicy = {
    nextDelayMs: ({ attempt, error }) => {
      assert.ok(error instanceof ConnectionError);
      attempts.push(attempt);
      return attempt < 2 ? 0 : null;
    },
    steadyMs: 0,
  };
  const feed = await startFakeFeed({
    beforeEvent: (one, seq) => seq === 2 && one.subscriptions.length === 1 && one.cut(),
  });
  feed.append(3);
  const stream = clientOf(feed, { reconnect: policy }).events.subscribe({ after: '0' });
  for (const expected of [1, 2, 3]) {
    const step = await stream.next();
    assert.equal(!step.done && step.value.kind === 'event' && step.value.event.seq, expected);
  }
  await feed[Symbol.asyncDispose]();
  await assert.rejects(stream.next(), ConnectionError);
  assert.deepEqual(attempts, [0, 0, 1, 2]);
});

test('a server that says one thing and closes is not stormed: each short connection counts', async () => {
  const waits: number[] = [];
  const counted: ReconnectPolicy = {
    nextDelayMs(lost) {
      waits.push(defaultReconnectPolicy.nextDelayMs(lost) ?? -1);
      return 0;
    },
  };
  await using feed = await startFakeFeed({
    beforeEvent: (one, seq) => seq === one.subscriptions.length + 1 && one.cut(),
  });
  feed.append(5);
  const stream = clientOf(feed, { reconnect: counted }).events.subscribe({ after: '0' });
  for (const expected of [1, 2, 3, 4]) {
    const step = await stream.next();
    assert.equal(!step.done && step.value.kind === 'event' && step.value.event.seq, expected);
  }
  await stream.close();
  const [first, ...later] = waits;
  assert.equal(first, 0);
  assert.ok(later.length >= 2 && later.every((waitMs, index) => waitMs >= 0.75 * 300 * 2 ** index), `${waits}`);
});

test('an event that came live is the same as one of a list: it does not say what it is in the graph', async () => {
  await using feed = await startFakeFeed();
  feed.append(1);
  const step = await clientOf(feed).events.subscribe({ after: '0' }).next();
  assert.ok(!step.done && step.value.kind === 'event');
  assert.deepEqual([step.value.event.id, '__typename' in step.value.event], ['event-1', false]);
});

test('another sign-in opens another socket, and streams go on through it', async () => {
  await using feed = await startFakeFeed();
  feed.append(1);
  const viewer = { role: 'OWNER', permissions: [], user: {}, organization: {} };
  feed.http.reply({
    data: { signIn: { __typename: 'SignInPayload', token: 'token-2', expiresAt: '2030-01-01T00:00:00.000Z', viewer } },
  });
  const client = clientOf(feed);
  const stream = client.events.subscribe({ after: '0' });
  await stream.next();
  const second = stream.next();
  await client.auth.signIn({ email: 'a@b.c', password: 'x' });
  await feed.until(() => feed.authorizations.length === 2);
  feed.append(1);
  await second;
  assert.deepEqual(feed.authorizations, ['Bearer token-1', 'Bearer token-2']);
  await stream.close();
});

const answerOfRefresh = (token: string, refreshToken: string) => ({
  data: {
    refreshToken: { __typename: 'RefreshTokenPayload', token, refreshToken, expiresAt: '2030-01-01T00:00:00.000Z' },
  },
});

test('a token that ends while a stream is open is renewed once, and the stream goes on where it was', async () => {
  for (const [code, reason] of [
    [4401, 'UNAUTHENTICATED'],
    [4401, ''],
  ] as const) {
    await using feed = await startFakeFeed({
      beforeEvent: (one, seq) => seq === 3 && one.subscriptions.length <= 2 && one.cut(code, reason),
    });
    feed.append(5);
    feed.http.reply(answerOfRefresh('token-2', 'refresh-2'));
    const kept: string[] = [];
    const client = clientOf(feed, { refreshToken: 'refresh-1', onTokens: ({ token }) => void kept.push(token) });
    // Two that lose the same token ask for one other.
    const both = [client.events.subscribe({ after: '0' }), client.events.subscribe({ after: '0' })];
    assert.deepEqual(await Promise.all(both.map((stream) => readUpTo(stream, 5))), [numbers(1, 5), numbers(1, 5)]);
    assert.deepEqual(kept, ['token-2']);
    assert.deepEqual(feed.authorizations, ['Bearer token-1', 'Bearer token-2']);
    client.close();
  }
});

test(
  'a stream can be left while its token is renewed, by a server that does not answer',
  { timeout: 20_000 },
  async () => {
    await using feed = await startFakeFeed({ beforeEvent: (one) => one.cut(4401, 'UNAUTHENTICATED') });
    feed.append(1);
    feed.http.reply('hang');
    const client = clientOf(feed, { refreshToken: 'refresh-1' });
    const controller = new AbortController();
    const streams = [
      client.events.subscribe({ after: '0' }),
      client.events.subscribe({ after: '0', signal: controller.signal }),
    ] as const;
    const steps = streams.map((stream) => stream.next());
    const aborted = assert.rejects(steps[1]!, AbortError);
    await feed.http.received(1);
    await streams[0].close();
    assert.deepEqual(await steps[0], { done: true, value: undefined });
    controller.abort();
    await aborted;
  },
);

test('a renewed token that is refused at once ends the stream: it is not renewed for ever', async () => {
  await using feed = await startFakeFeed({ beforeEvent: (one) => one.cut(4401, 'UNAUTHENTICATED') });
  feed.append(1);
  feed.http.reply(answerOfRefresh('token-2', 'refresh-2'));
  const stream = clientOf(feed, { refreshToken: 'refresh-1' }).events.subscribe({ after: '0' });
  await assert.rejects(readUpTo(stream, 1), AuthenticationError);
  assert.deepEqual(feed.authorizations, ['Bearer token-1', 'Bearer token-2']);
});

test('a sign-in that is over ends the stream with what the server said', async () => {
  await using feed = await startFakeFeed({ beforeEvent: (one) => one.cut(4401, 'UNAUTHENTICATED') });
  feed.append(1);
  const gone = {
    __typename: 'RefreshTokenInvalidError',
    code: 'REFRESH_TOKEN_INVALID',
    message: 'Over.',
    retryable: false,
  };
  feed.http.reply({ data: { refreshToken: gone } });
  const stream = clientOf(feed, { refreshToken: 'refresh-1' }).events.subscribe({ after: '0' });
  await assert.rejects(readUpTo(stream, 1), AuthenticationError);
  assert.equal(feed.subscriptions.length, 1);
});
