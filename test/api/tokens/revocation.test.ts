import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { WebSocket } from 'ws';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { ownTime } from '../../harness/own-time.ts';
import { startTestServer } from '../../harness/server.ts';
import { redisMissing, startOwnRedis } from '../../realtime/own-redis.ts';
import { openSignIn, refresh, worksAs } from './tokens.ts';
import type { OpenSignIn } from './tokens.ts';

type Server = { url: string };

/** On each of two processes. */
const socketCount = 100;
/** What the goal allows; and what a busy machine may make of it. */
const [mostMs, mostWallMs] = [1_000, 20_000];

/** Sockets with a subscription each, which the server has taken. `closed`: the codes they close with, when all are. */
async function openSockets(server: Server, { token }: OpenSignIn, count: number) {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      await once(socket, 'message');
      const text = 'subscription { eventFeed(after: "0") { __typename } }';
      socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: text } }));
      // Answered after the subscription: messages of one socket are taken in their order.
      socket.send(JSON.stringify({ type: 'subscribe', id: '2', payload: { query: '{ viewer { role } }' } }));
      await once(socket, 'message');
      return socket;
    }),
  );
  return { closed: Promise.all(sockets.map((socket) => once(socket, 'close').then(([code]) => Number(code)))) };
}

const signOut = async (server: Server, { token }: OpenSignIn) =>
  (await graphql(server, 'mutation { signOut { signedOut } }', {}, { token })).expectData();

/** A copy of long ago comes back. */
async function reuse(server: Server, { refreshToken }: OpenSignIn) {
  const second = await refresh(server, refreshToken);
  await refresh(server, second.refreshToken);
  assert.equal((await refresh(server, refreshToken)).code, 'REFRESH_TOKEN_REUSED');
}

for (const [what, end] of Object.entries({ 'signing out': signOut, 'a refresh token used twice': reuse })) {
  test(
    `${what} on one process ends calls and 200 sockets on both within a second: with Redis, and without`,
    {
      skip: redisMissing,
    },
    async (t) => {
      await using redis = await startOwnRedis();
      const env = { REDIS_URL: redis.url };
      await using one = await startTestServer({ env });
      await using other = await startTestServer({ env, databaseUrl: one.databaseUrl });
      // More than the plan has: this is about how they end.
      await query(one.databaseUrl, `update "PlanVersion" set "maxLiveConnections" = 1000`);
      const bystander = await openSignIn(one);
      const flush = async () => {
        const client = new Redis(redis.url);
        await client.flushall();
        client.disconnect();
      };
      const states = { 'Redis is up': async () => {}, 'Redis was flushed': flush, 'Redis is down': () => redis.kill() };
      for (const [state, enter] of Object.entries(states)) {
        const person = await openSignIn(one);
        const opened = await Promise.all([one, other].map((server) => openSockets(server, person, socketCount)));
        assert.equal(await worksAs(other, person.token), person.email);
        await enter();
        await end(one, person);
        using since = ownTime();
        assert.equal(await worksAs(other, person.token), null, `${state}: the next call elsewhere`);
        const [here, elsewhere] = await Promise.all(opened.map(({ closed }) => closed));
        const [ms, wallMs] = [Math.round(since.ms), Math.round(since.wallMs)];
        t.diagnostic(`${state}: all sockets of two processes closed ${ms} ms later (${wallMs} ms by the wall)`);
        assert.deepEqual([here?.length, elsewhere?.length], [socketCount, socketCount]);
        assert.deepEqual([...new Set([here, elsewhere].flat())], [4401]);
        assert.ok(ms < mostMs && wallMs < mostWallMs, `${state}: ${ms} ms, ${wallMs} ms by the wall`);
      }
      assert.equal(await worksAs(other, bystander.token), bystander.email);
    },
  );
}
