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
/** What a server may grow by while somebody does not read, MB. */
const growthMbMax = 50;
/** By how much others may wait longer: a fifth, and what a busy machine adds to one in a hundred, milliseconds. */
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
    let written = 0;
    const msOf = { before: [] as number[], meanwhile: [] as number[] };

    /** Writes some, and goes on once whoever reads has them: the server is not raced. */
    async function writeUpTo(count: number, times: number[]): Promise<void> {
      for (; written < count; written += batchSize) await world.append(tenant, eventsOf(tenant, batchSize, { label }));
      for (let look = 0; look < 20; look += 1) {
        const askedAt = performance.now();
        (await graphql(server, '{ viewer { organization { name } } }', {}, person)).expectData();
        times.push(performance.now() - askedAt);
      }
      await quick.until(count);
    }

    // The first of everything takes longer.
    await writeUpTo(batchSize, []);
    for (let count = stepSize; count < eventsBefore; count += stepSize) await writeUpTo(count, msOf.before);
    await writeUpTo(eventsBefore, msOf.before);
    const slowSeqs: number[] = [];
    const slow = await openByHand(server, person.token, (seq) => slowSeqs.push(seq));
    await until(() => slowSeqs.length > 0);
    slow.socket.pause();
    const baseMb = await server.rssMb();
    let mostMb = 0;
    let closing: unknown;
    const isGivenUp = () => server.log().includes('reads too slowly');
    const comeBack = async () => {
      slow.socket.resume();
      closing = await slow.closed;
    };
    for (let count = eventsBefore; count < eventCount;) {
      await writeUpTo((count = Math.min(count + stepSize, eventCount)), msOf.meanwhile);
      mostMb = Math.max(mostMb, await server.rssMb());
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
    const [grownMb, beforeMs, meanwhileMs] = [mostMb - baseMb, p99(msOf.before), p99(msOf.meanwhile)];
    report(
      'slow consumer',
      { tried: 2 * eventCount, injected: 1, ...counts },
      { seconds: (performance.now() - startedAt) / 1_000, grownMb, beforeMs, meanwhileMs },
    );
    assert.deepEqual(details, []);
    assert.deepEqual(closing, [1013, 'READER_TOO_SLOW']);
    assert.ok(last < eventCount, 'it had read everything');
    if (!isLong) return;
    assert.ok(grownMb <= growthMbMax, `grew by ${grownMb} MB`);
    assert.ok(meanwhileMs <= beforeMs * slowerBy + slackMs, `${beforeMs} ms before, ${meanwhileMs} ms meanwhile`);
  },
);

function p99(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
}
