import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import WebSocket from 'ws';
import { createTestDatabase } from '../harness/database.ts';
import { graphql } from '../harness/graphql.ts';
import { signUp, uuidOf } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { addSession, eventsOf, openFeedWorld, upTo } from '../realtime/feed-world.ts';
import { check, createHistory } from './history.ts';
import { startBareReader } from './readers.ts';
import { isLong, report } from './report.ts';
import { createServerProcess } from './server-process.ts';

/** Events before somebody stops to read, and all of them; how many are written between two looks at the server. */
const [eventsBefore, eventCount, stepSize] = isLong ? [50_000, 1_000_000, 10_000] : [1_000, 4_000, 3_000];
const batchSize = 1_000;
/** By how much more a server may grow while somebody does not read than one where everybody does, MB. */
const growthMbMax = 50;
/** By how much others may wait longer than there: a fifth, and what a busy machine adds to one in a hundred, milliseconds. */
const [slowerBy, slackMs] = [1.2, 5];
const patient = { timeout: 1_800_000 };

/** Some KB for each event: kernels hold up to 10 MB for a reader that stops, and tell nobody. */
const heavy = `seq ${Array.from({ length: 45 }, (_, index) => `l${index}: label`).join(' ')}`;
const label = 'x'.repeat(200);

type Server = AsyncDisposable & { url: string; log(): string; rssMb(): Promise<number> };

/** In this process, with less patience; the long form has the real one, in a process of its own. */
async function startServer(databaseUrl: string): Promise<Server> {
  if (!isLong) {
    const server = await startTestServer({ databaseUrl, ports: { graphqlLimits: { socketStallMs: 300 } } });
    return Object.assign(server, { log: () => server.logs.join(''), rssMb: () => rssMb(process.pid) });
  }
  const server = await createServerProcess({ DATABASE_URL: databaseUrl });
  await server.start();
  return Object.assign(server, { rssMb: () => rssMb(server.pid()) });
}

async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

/** Subscribes by hand, so that it can stop to read in the middle. `closed` says what it was closed with. */
async function openByHand({ url }: Server, token: string, receive: (seq: number) => void) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => {});
  const closed = once(socket, 'close').then(([code, reason]) => [Number(code), String(reason)]);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  socket.on('message', (data: Buffer) => {
    const { type, payload } = JSON.parse(data.toString()) as Message;
    if (type === 'next') receive(payload.data.eventFeed.seq);
  });
  const query = `subscription { eventFeed(after: "0") { ... on Event { ${heavy} } } }`;
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return { socket, closed };
}
type Message = { type: string; payload: { data: { eventFeed: { seq: number } } } };

test(
  `somebody stops to read while ${eventCount} events happen: nobody else waits, and they are told, and come back`,
  patient,
  async () => {
    const startedAt = performance.now();
    await using database = await createTestDatabase();
    await using server = await startServer(database.url);
    // Events cost heap that a collector has no hurry to give back: how much shows where nobody is slow, at the same time.
    await using equal = await startServer(database.url);
    const person = await signUp(server);
    await using world = await openFeedWorld({ databaseUrl: database.url });
    const organizationId = uuidOf(person.organizationId);
    const tenant = { organizationId, sourceId: randomUUID(), sessionId: randomUUID() };
    await world.pool.query(
      `insert into "Source" ("id", "organizationId", "name", "kind") values ($1, $2, 's', 'IMAGES')`,
      [tenant.sourceId, organizationId],
    );
    await addSession(world.pool, tenant);
    // Nobody is to run it: that would write events of its own.
    await world.pool.query(`update "Session" set "state" = 'COMPLETED', "endedAt" = now() where "id" = $1`, [
      tenant.sessionId,
    ]);
    await using quick = startBareReader({ ...server, ...person }, 'ws');
    await using elsewhere = startBareReader({ ...equal, ...person }, 'ws');
    let written = 0;
    const msOf = { server: [] as number[], equal: [] as number[] };

    async function look(at: Server): Promise<number> {
      const askedAt = performance.now();
      (await graphql(at, '{ viewer { organization { name } } }', {}, person)).expectData();
      return performance.now() - askedAt;
    }

    /** Writes some, and goes on once whoever reads has them: the servers are not raced. */
    async function writeUpTo(count: number): Promise<void> {
      for (; written < count; written += batchSize) await world.append(tenant, eventsOf(tenant, batchSize, { label }));
      for (let looks = 0; looks < 20; looks += 1) {
        msOf.server.push(await look(server));
        msOf.equal.push(await look(equal));
      }
      await quick.until(count);
      await elsewhere.until(count);
    }

    for (let count = stepSize; count < eventsBefore; count += stepSize) await writeUpTo(count);
    await writeUpTo(eventsBefore);
    // The first of everything takes longer.
    for (const times of Object.values(msOf)) times.length = 0;
    const slowSeqs: number[] = [];
    const slow = await openByHand(server, person.token, (seq) => slowSeqs.push(seq));
    await until(() => slowSeqs.length > 0);
    slow.socket.pause();
    const grown = { server: await growthOf(server), equal: await growthOf(equal) };
    let closing: unknown;
    const isGivenUp = () => server.log().includes('reads too slowly');
    const comeBack = async () => {
      slow.socket.resume();
      closing = await slow.closed;
    };
    for (let count = eventsBefore; count < eventCount;) {
      await writeUpTo((count = Math.min(count + stepSize, eventCount)));
      for (const growth of Object.values(grown)) await growth.look();
      // Who is given up has a few seconds to notice.
      if (!closing && isGivenUp()) await comeBack();
    }
    if (!closing) {
      await until(isGivenUp);
      await comeBack();
    }
    const last = slowSeqs.at(-1)!;
    await using again = startBareReader({ ...server, ...person }, 'ws', last);
    await again.until(eventCount - last);

    const history = createHistory();
    for (const seq of quick.seqs) history.seen('quick', String(seq));
    for (const seq of [...slowSeqs, ...again.seqs]) history.seen('slow', String(seq));
    const { details, ...counts } = check(history, upTo(eventCount).map(String));
    const [grownMb, equalMb] = [grown.server.mostMb, grown.equal.mostMb];
    const [p99Ms, equalMs] = [p99(msOf.server), p99(msOf.equal)];
    report(
      'slow consumer',
      { tried: 2 * eventCount, injected: 1, ...counts },
      { seconds: (performance.now() - startedAt) / 1_000, grownMb, equalMb, p99Ms, equalMs },
    );
    assert.deepEqual(details, []);
    assert.deepEqual(closing, [1013, 'READER_TOO_SLOW']);
    assert.ok(last < eventCount, 'it had read everything');
    if (!isLong) return;
    assert.ok(grownMb - equalMb <= growthMbMax, `grew by ${grownMb} MB, and by ${equalMb} MB where nobody is slow`);
    assert.ok(p99Ms <= equalMs * slowerBy + slackMs, `${p99Ms} ms, and ${equalMs} ms where nobody is slow`);
  },
);

/** By how much a server has grown at most since this was called, seen each time it looks. */
async function growthOf(server: Server) {
  const baseMb = await server.rssMb();
  const growth = {
    mostMb: 0,
    async look(): Promise<void> {
      growth.mostMb = Math.max(growth.mostMb, (await server.rssMb()) - baseMb);
    },
  };
  return growth;
}

function p99(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
}
