import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { RequestRefusedError, UnauthenticatedError } from '@sightline/server/errors/request-errors';
import { fixtureSchema, silences, startFixture } from '../../contract/graphql-fixture.ts';
import type { FixtureContext } from '../../contract/graphql-fixture.ts';
import { until } from '../../harness/until.ts';
import { openEvents } from './events.ts';

type Fixture = Awaited<ReturnType<typeof startFixture>>;
type Options = Parameters<typeof startFixture>[0];
type Sent = { token?: string; stream?: string; operationId?: unknown; accept?: string };

const json = { 'content-type': 'application/json' };
const silence = 'subscription { silence }';
const ticks = (upTo: number) => `subscription { ticks(upTo: ${upTo}) }`;

const startHere = (options: Options = {}) => startFixture({ ownerOf: ({ caller }) => caller, ...options });

function sent(query: string, { token, stream, operationId, accept = 'text/event-stream' }: Sent = {}): RequestInit {
  return {
    method: 'POST',
    headers: {
      ...json,
      accept,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(stream && { 'x-graphql-event-stream-token': stream }),
    },
    body: JSON.stringify({ query, ...(operationId !== undefined && { extensions: { operationId } }) }),
  };
}

const codeIn = (data: { errors?: { extensions: { code: string } }[] } | null) => data?.errors?.[0]?.extensions.code;
const refusalOf = async (response: Response) => [response.status, codeIn((await response.json()) as never)];

describe('a stream for one operation', () => {
  test('says at once that it listens, gives each result as `next`, then `complete`', async () => {
    await using server = await startHere();
    await using events = await openEvents(server.url, sent(ticks(3)));
    assert.deepEqual(
      ['content-type', 'cache-control', 'x-accel-buffering'].map((name) => events.response.headers.get(name)),
      ['text/event-stream', 'no-store', 'no'],
    );
    assert.equal((await events.nextBlock())?.text, ':');
    const told = await events.rest();
    assert.deepEqual(
      told.map(({ event, data }) => [event, data?.data?.ticks]),
      [
        ['next', 1],
        ['next', 2],
        ['next', 3],
        ['complete', undefined],
      ],
    );
    const hasIds = told.some(({ id }) => id !== null);
    assert.equal(hasIds, false, 'a stream that nobody can resume has none');
  });

  test('is had by GET as well, as `EventSource` asks', async () => {
    await using server = await startHere();
    const url = `${server.url}?query=${encodeURIComponent(ticks(1))}`;
    await using events = await openEvents(url, { headers: { accept: 'text/event-stream' } });
    assert.deepEqual(
      (await events.rest()).map(({ event }) => event),
      ['next', 'complete'],
    );
  });

  test('a query is one result and the end of it', async () => {
    await using server = await startHere();
    await using events = await openEvents(server.url, sent('{ hello }'));
    const [first, second, ...more] = await events.rest();
    assert.deepEqual([first?.data?.data, second?.event, more], [{ hello: 'hello ' }, 'complete', []]);
  });

  test('what is refused before it runs is told in the stream: 200 for documents, the status of its code for all else', async () => {
    await using server = await startHere({ guards: [{ admit: ({ prepared }) => refuseBusy(prepared.query) }] });
    const cases: [string, Sent, number, string][] = [
      ['subscription {', {}, 200, 'GRAPHQL_PARSE_FAILED'],
      ['subscription { nothing }', {}, 200, 'GRAPHQL_VALIDATION_FAILED'],
      ['subscription { silence(first: 1) }', {}, 200, 'GRAPHQL_VALIDATION_FAILED'],
      [silence, { token: 'bad' }, 401, 'UNAUTHENTICATED'],
      ['subscription Busy { silence }', {}, 429, 'RATE_LIMITED'],
    ];
    for (const [query, how, status, code] of cases) {
      await using events = await openEvents(server.url, sent(query, how));
      assert.equal(events.response.status, status, query);
      assert.equal(events.response.headers.get('content-type'), 'text/event-stream');
      const [refusal, end] = await events.rest();
      assert.deepEqual([refusal?.event, codeIn(refusal?.data ?? null), end?.event], ['next', code, 'complete'], query);
    }
  });

  test('what breaks on the way is told as the last result, and nothing of ours with it', async () => {
    await using server = await startHere();
    await using events = await openEvents(server.url, sent('subscription { breaking }'));
    const told = await events.rest();
    assert.deepEqual(
      told.map(({ event, data }) => codeIn(data) ?? event),
      ['next', 'INTERNAL_SERVER_ERROR', 'complete'],
    );
    assert.doesNotMatch(JSON.stringify(told), /secret/);
  });

  test('which form it takes goes by what the caller likes best', async () => {
    await using server = await startHere();
    const typeFor = async (query: string, accept: string) => {
      const response = await fetch(server.url, sent(query, { accept }));
      await response.body?.cancel();
      return [response.status, response.headers.get('content-type')?.split(';')[0]];
    };
    const events = [200, 'text/event-stream'];
    assert.deepEqual(await typeFor('{ hello }', 'text/event-stream, application/json'), events);
    assert.deepEqual(await typeFor('{ hello }', 'application/json;q=0.5, text/event-stream;q=0.9'), events);
    assert.deepEqual(await typeFor('{ hello }', 'application/json, text/event-stream;q=0.5'), [
      200,
      'application/json',
    ]);
    assert.deepEqual(await typeFor(ticks(1), 'application/json, text/event-stream'), events);
    assert.deepEqual(await typeFor(ticks(1), 'multipart/mixed'), [200, 'multipart/mixed']);
    assert.equal((await typeFor(ticks(1), 'application/json'))[0], 406);
  });

  test('one with nothing to say says so, and goes on', async () => {
    await using server = await startHere({ limits: { streamPingMs: 40 } });
    await using events = await openEvents(server.url, sent(silence));
    for (let n = 0; n < 4; n += 1) assert.equal((await events.nextBlock())?.text, ':');
  });

  test('ends when what it was opened with ends, with the reason; others go on', async () => {
    const ends = new Map<string, () => void>();
    await using server = await startHere({
      onProofEnd: ({ caller }, onEnd) => {
        ends.set(caller ?? '', onEnd);
        return () => void ends.delete(caller ?? '');
      },
    });
    await using ending = await openEvents(server.url, sent(silence, { token: 'good-1' }));
    await using going = await openEvents(server.url, sent(silence, { token: 'good-2' }));
    ends.get('good-1')!();
    const [last, complete] = await ending.rest();
    assert.deepEqual([codeIn(last?.data ?? null), complete?.event], ['UNAUTHENTICATED', 'complete']);
    await until(() => !ends.has('good-1'));
    assert.deepEqual([...ends.keys()], ['good-2']);
    assert.equal(going.response.status, 200);
  });

  test('a reader that takes nothing is given up and told why, and nothing is made for it beyond what the network holds', async () => {
    let made = 0;
    const field = fixtureSchema.getSubscriptionType()!.getFields()['ticks']!;
    const real = field.subscribe!;
    field.subscribe = async function* () {
      for (;;) yield (made += 1);
    };
    try {
      await using server = await startHere({ limits: { streamStallMs: 200 } });
      const body = JSON.stringify({ query: ticks(1) });
      const socket = connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      socket.pause();
      await until(() => server.logs.some((line) => line.includes('reads too slowly')));
      const whenGivenUp = made;
      let text = '';
      socket
        .setEncoding('latin1')
        .on('data', (piece: string) => (text = (text + piece).slice(-2_000)))
        .resume();
      await until(() => text.includes('event: complete'));
      assert.match(text, /"code":"READER_TOO_SLOW"/);
      socket.destroy();
      // What is in the buffers of the two kernels, and nothing more was ever made.
      assert.ok(made - whenGivenUp < 10, `${made - whenGivenUp} made after it was given up`);
    } finally {
      field.subscribe = real;
    }
  });

  test('what it has not sent counts with that of all others, and is shed', async () => {
    const field = fixtureSchema.getSubscriptionType()!.getFields()['ticks']!;
    const real = field.subscribe!;
    field.subscribe = async function* () {
      for (let made = 0; ; made += 1) yield made;
    };
    try {
      await using server = await startHere({ limits: { socketsBufferBytes: 1 } });
      const body = JSON.stringify({ query: ticks(1) });
      const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      socket.pause();
      // Long before a minute, after which it would be given up for itself.
      await until(() => server.logs.some((line) => line.includes('reads too slowly')));
      socket.destroy();
    } finally {
      field.subscribe = real;
    }
  });

  test('as many as the limit are open; one more is told to come again', async () => {
    await using server = await startHere({ limits: { sockets: 1 } });
    {
      await using _first = await openEvents(server.url, sent(silence));
      await using second = await openEvents(server.url, sent(silence));
      assert.equal(second.response.status, 503);
      assert.equal(codeIn((await second.next())?.data ?? null), 'SERVICE_UNAVAILABLE');
    }
    await until(() => silences.open === 0);
    await using third = await openEvents(server.url, sent(ticks(1)));
    assert.equal(third.response.status, 200);
  });
});

describe('a stream for several operations', () => {
  const token = 'good-1';
  const reserve = async (server: Fixture, as: string | null = token) =>
    fetch(server.url, { method: 'PUT', headers: as === null ? {} : { authorization: `Bearer ${as}` } });
  const openShared = async (server: Fixture) => {
    const stream = await (await reserve(server)).text();
    const events = await openEvents(`${server.url}?token=${stream}`, { headers: { accept: 'text/event-stream' } });
    const ask = (query: string, operationId: unknown, more: Sent = {}) =>
      fetch(
        server.url,
        sent(query, { token, stream, operationId, accept: 'application/graphql-response+json', ...more }),
      );
    const end = (operationId: string, as = token) =>
      fetch(`${server.url}?operationId=${encodeURIComponent(operationId)}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${as}`, 'x-graphql-event-stream-token': stream },
      });
    return { stream, events, ask, end };
  };

  test('is reserved with a secret, opened with nothing else, once', async () => {
    await using server = await startHere();
    const reserved = await reserve(server);
    assert.deepEqual([reserved.status, reserved.headers.get('cache-control')], [201, 'no-store']);
    const stream = await reserved.text();
    assert.match(stream, /^[\w-]{43}$/);
    const accept = { headers: { accept: 'text/event-stream' } };
    await using events = await openEvents(`${server.url}?token=${stream}`, accept);
    assert.equal(events.response.status, 200);
    assert.deepEqual(await refusalOf(await fetch(`${server.url}?token=${stream}`, accept)), [400, 'BAD_REQUEST']);
    assert.deepEqual(await refusalOf(await fetch(`${server.url}?token=unknown`, accept)), [404, 'NOT_FOUND']);
  });

  test('is for people who are signed in, and few are reserved at a time, for a moment', async () => {
    await using server = await startHere({ limits: { streamReservationMs: 300 } });
    assert.deepEqual(await refusalOf(await reserve(server, null)), [401, 'UNAUTHENTICATED']);
    assert.deepEqual(await refusalOf(await reserve(server, 'bad')), [401, 'UNAUTHENTICATED']);
    const [first] = await Promise.all([1, 2, 3, 4].map(() => reserve(server).then((answer) => answer.text())));
    assert.deepEqual(await refusalOf(await reserve(server)), [503, 'SERVICE_UNAVAILABLE']);
    const failures = server.logs.filter((line) => line.includes('request failed'));
    assert.deepEqual(failures, [], 'it is no fault of ours');
    assert.equal((await reserve(server, 'good-2')).status, 201);
    await until(async () => (await reserve(server)).status === 201);
    const late = await fetch(`${server.url}?token=${first}`, { headers: { accept: 'text/event-stream' } });
    assert.deepEqual(await refusalOf(late), [404, 'NOT_FOUND']);
  });

  test('carries results of all operations by their ids; asking is answered 202', async () => {
    await using server = await startHere();
    const { events, ask } = await openShared(server);
    await using _events = events;
    const answer = await ask('{ hello }', 'q');
    assert.deepEqual([answer.status, await answer.text()], [202, '']);
    assert.deepEqual((await events.next())?.data, {
      id: 'q',
      payload: { data: { hello: 'hello ' }, extensions: { cost: 1 } },
    });
    const complete = await events.next();
    assert.deepEqual([complete?.event, complete?.data], ['complete', { id: 'q' }]);
    assert.equal((await ask(ticks(2), 's')).status, 202);
    const told = [await events.next(), await events.next(), await events.next()];
    assert.deepEqual(
      told.map((one) => [one?.event, one?.data?.id, one?.data?.payload?.data?.ticks]),
      [
        ['next', 's', 1],
        ['next', 's', 2],
        ['complete', 's', undefined],
      ],
    );
  });

  test('takes operations that are asked before it is open, and tells them then', async () => {
    await using server = await startHere();
    const stream = await (await reserve(server)).text();
    assert.equal((await fetch(server.url, sent(ticks(1), { token, stream, operationId: 'early' }))).status, 202);
    await using events = await openEvents(`${server.url}?token=${stream}`, {
      headers: { accept: 'text/event-stream' },
    });
    assert.deepEqual([(await events.next())?.data?.id, (await events.next())?.event], ['early', 'complete']);
  });

  test('an operation of no id, of one that runs, of too many, or that is no good is refused where it is asked', async () => {
    await using server = await startHere({ limits: { operationsPerSocket: 1 } });
    const { events, ask, end } = await openShared(server);
    await using _events = events;
    assert.deepEqual(await refusalOf(await ask('{ hello }', undefined)), [400, 'BAD_REQUEST']);
    assert.deepEqual(await refusalOf(await ask('{ hello }', 7)), [400, 'BAD_REQUEST']);
    assert.deepEqual(await refusalOf(await ask('{ helo }', 'a')), [400, 'GRAPHQL_VALIDATION_FAILED']);
    assert.deepEqual(await refusalOf(await ask('subscription { secrets }', 'a')), [401, 'UNAUTHENTICATED']);
    assert.equal((await ask(silence, 'a')).status, 202);
    assert.deepEqual(await refusalOf(await ask(silence, 'a')), [400, 'BAD_REQUEST']);
    assert.deepEqual(await refusalOf(await ask(silence, 'b')), [429, 'TOO_MANY_SUBSCRIPTIONS']);
    assert.equal((await end('a')).status, 200);
    assert.deepEqual((await events.next())?.data, { id: 'a' });
    assert.equal((await ask(ticks(1), 'a')).status, 202);
    assert.equal(silences.open, 0);
  });

  test('one is ended by its id; ending what does not run is no mistake', async () => {
    await using server = await startHere();
    const { events, ask, end } = await openShared(server);
    await using _events = events;
    await ask(silence, 'a b&c');
    await until(() => silences.open === 1);
    assert.equal((await end('a b&c')).status, 200);
    await until(() => silences.open === 0);
    assert.equal((await end('a b&c')).status, 200);
    assert.deepEqual(await refusalOf(await end('')), [400, 'BAD_REQUEST']);
  });

  test('is nobody else’s: with the token and another sign-in it is not there', async () => {
    await using server = await startHere();
    const { stream, events, ask, end } = await openShared(server);
    await using _events = events;
    assert.deepEqual(await refusalOf(await ask('{ caller }', 'a', { token: 'good-2' })), [404, 'NOT_FOUND']);
    assert.deepEqual(await refusalOf(await ask('{ caller }', 'a', { token: '' })), [404, 'NOT_FOUND']);
    assert.deepEqual(await refusalOf(await end('a', 'good-2')), [404, 'NOT_FOUND']);
    const reserved = await (await reserve(server)).text();
    const opened = await fetch(`${server.url}?token=${reserved}`, {
      headers: { accept: 'text/event-stream', authorization: 'Bearer good-2' },
    });
    assert.deepEqual(await refusalOf(opened), [404, 'NOT_FOUND']);
    assert.notEqual(stream, reserved);
  });

  test('ends with all its operations when its reader leaves, and its token with it', async () => {
    await using server = await startHere();
    const { events, ask } = await openShared(server);
    await ask(silence, 'a');
    await ask(silence, 'b');
    await until(() => silences.open === 2);
    await events[Symbol.asyncDispose]();
    await until(() => silences.open === 0);
    await until(async () => (await ask('{ hello }', 'c')).status === 404);
  });

  test('ends when its sign-in does, and tells every operation so; it is not opened with one that ended before', async () => {
    let isEnded = false;
    await using server = await startHere({
      revalidate: () => {
        if (isEnded) throw new UnauthenticatedError();
      },
    });
    const { events, ask } = await openShared(server);
    await using _events = events;
    await ask(silence, 'a');
    await until(() => silences.open === 1);
    server.graphql.closeWhere(({ caller }: FixtureContext) => caller === token);
    const told = await events.rest();
    assert.deepEqual(
      [told[0]?.data?.id, codeIn(told[0]?.data?.payload), told[1]?.event],
      ['a', 'UNAUTHENTICATED', 'complete'],
    );
    const reserved = await (await reserve(server)).text();
    isEnded = true;
    const opened = await fetch(`${server.url}?token=${reserved}`, { headers: { accept: 'text/event-stream' } });
    assert.deepEqual(await refusalOf(opened), [401, 'UNAUTHENTICATED']);
  });

  test('counts as a live connection once, and is given back when it closes', async () => {
    let open = 0;
    await using server = await startHere({
      admitLive: async () => {
        if (open === 1) throw new RequestRefusedError('PLAN_LIMIT_REACHED', 'Enough.');
        open += 1;
        return () => void (open -= 1);
      },
    });
    const first = await openShared(server);
    await first.ask(silence, 'a');
    const second = await openShared(server);
    assert.equal(second.events.response.status, 402);
    await first.events[Symbol.asyncDispose]();
    await second.events[Symbol.asyncDispose]();
    await until(() => open === 0);
  });
});

function refuseBusy(query: string): void {
  if (query.includes('Busy')) throw new RequestRefusedError('RATE_LIMITED', 'Come back later.');
}
