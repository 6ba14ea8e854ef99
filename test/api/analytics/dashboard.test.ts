import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Answer } from '../../harness/answer.ts';
import { query } from '../../harness/database.ts';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { askToAdvance, createSandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';
import { done, membershipOf, mutate } from '../organizations/operations.ts';
import { answersOf, dashboardOf, dashboardQuery, record } from './dashboard-world.ts';
import type { Made } from './dashboard-world.ts';

const hourMs = 3_600_000;
const types = ['OBJECT_ENTERED', 'OBJECT_UPDATED', 'OBJECT_LEFT', 'SESSION_STARTED'];
const labels = ['person', 'car', 'dog'];
/** In the middle of an hour, of today: sign-ins are as young as they are. */
const start = new Date(Math.floor(Date.now() / hourMs) * hourMs + hourMs / 2);
const clock = movableClock(start);
const fake = createFakeInference();
let server: TestServer;

before(async () => {
  server = await startTestServer({ clock, inference: fake.inference });
});
after(() => server[Symbol.asyncDispose]());

/** Events spread over three days before now, the same each time. */
function someEvents(sourceIds: string[], count: number): Made[] {
  return Array.from({ length: count }, (_, n) => {
    const type = types[n % types.length]!;
    const isObject = type.startsWith('OBJECT');
    return {
      at: new Date(start.getTime() - ((n * 7_919_000) % (72 * hourMs))),
      sourceId: sourceIds[n % 7 === 0 ? 0 : n % sourceIds.length]!,
      type,
      label: isObject ? labels[n % labels.length]! : null,
      confidence: isObject ? (n % 10) / 10 : null,
    };
  });
}

/** The same, counted one by one. */
function counted(made: Made[], from: Date, to: Date, keyOf: (one: Made) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of made) {
    const key = keyOf(one);
    if (key !== null && one.at >= from && one.at < to) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const told = (shares: Answer[], name: string) =>
  Object.fromEntries(shares.map((share: Answer) => [share[name], share.eventCount]));

test('counts are those of the events, whatever the grain, and a late one is in the hour in which it happened', async () => {
  const person = await signUp(server, 'exact');
  const sources = [await createSource(server, person), await createSource(server, person)];
  const made = someEvents(sources, 500);
  await record(server, person, made);
  const compare = async (grain: string, given: { from?: string; to?: string }) => {
    const answer = await dashboardOf(server, person, { grain, ...given });
    const [from, to] = [new Date(answer.from), new Date(answer.to)];
    const all = made.filter(({ at }) => at >= from && at < to);
    assert.equal(answer.eventCount, all.length, grain);
    assert.deepEqual(
      told(answer.byType, 'type'),
      counted(made, from, to, ({ type }) => type),
    );
    assert.deepEqual(
      told(answer.byLabel, 'label'),
      counted(made, from, to, ({ label }) => label),
    );
    assert.deepEqual(
      told(answer.bySource, 'sourceId'),
      counted(made, from, to, ({ sourceId }) => sourceId),
    );
    const counts = answer.byType.map(({ eventCount }: Answer) => eventCount);
    assert.deepEqual(
      counts,
      [...counts].sort((a: number, b: number) => b - a),
    );
    for (const [index, bucket] of answer.buckets.entries()) {
      const begin = new Date(bucket.startsAt);
      const end = new Date(answer.buckets[index + 1]?.startsAt ?? answer.to);
      const here = all.filter(({ at }) => at >= begin && at < end);
      assert.equal(bucket.eventCount, here.length);
      const known = here.flatMap(({ confidence }) => confidence ?? []);
      const average = known.reduce((sum, one) => sum + one, 0) / known.length;
      if (known.length === 0) assert.equal(bucket.averageConfidence, null);
      else assert.ok(Math.abs(bucket.averageConfidence - average) < 1e-9);
    }
    return answer;
  };
  const day = await compare('HOUR', {});
  assert.equal(day.buckets.length, 24);
  assert.ok(day.eventCount > 100);
  // Half an hour of the newest has gone by.
  assert.equal(day.buckets[23].eventsPerMinute, day.buckets[23].eventCount / 30);
  assert.equal(day.buckets[22].eventsPerMinute, day.buckets[22].eventCount / 60);
  assert.ok(Math.abs(day.eventsPerMinute - day.eventCount / (23.5 * 60)) < 1e-9);
  await compare('MINUTE', {});
  await compare('DAY', {});
  await compare('MONTH', {});
  await compare('HOUR', {
    from: new Date(start.getTime() - 50.3 * hourMs).toISOString(),
    to: new Date(start.getTime() - 3 * hourMs).toISOString(),
  });
  const late = { ...made[0]!, at: new Date(start.getTime() - 5 * hourMs) };
  made.push(late);
  await record(server, person, [late]);
  clock.advance({ ms: 15_001 });
  const corrected = await compare('HOUR', {});
  assert.equal(corrected.eventCount, day.eventCount + 1);
});

test('an answer is given to all who may see the same, until it is as old as it says', async () => {
  const person = await signUp(server, 'cached');
  const colleague = await joinAs(server, person, 'OPERATOR');
  const source = await createSource(server, person);
  const before = await answersOf(server);
  const asked = { from: start.toISOString(), grain: 'HOUR' };
  const first = await dashboardOf(server, person, asked);
  assert.equal(first.asOf, clock.now().toISOString());
  assert.equal(first.maxAgeMs, 15_000);
  await record(server, person, [
    { at: start, sourceId: source, type: 'SESSION_STARTED', label: null, confidence: null },
  ]);
  clock.advance({ ms: 9_000 });
  const again = await dashboardOf(server, person, { ...asked, from: new Date(start.getTime() + 5).toISOString() });
  assert.deepEqual(again, first);
  // Who may not see what is used asks for something else.
  const other = await dashboardOf(server, colleague, asked);
  assert.equal(other.eventCount, 1);
  assert.equal(other.usage, null);
  assert.deepEqual(first.usage, []);
  const { hits, misses } = await answersOf(server);
  assert.deepEqual([hits - before.hits, misses - before.misses], [1, 2]);
  clock.advance({ ms: 6_001 });
  const later = await dashboardOf(server, person, asked);
  assert.equal(later.eventCount, 1);
  assert.equal(later.asOf, clock.now().toISOString());
});

test('moving a sandbox makes its answers old', async () => {
  const sandbox = await createSandbox(server);
  const first = await dashboardOf(server, sandbox, { grain: 'DAY' });
  (await askToAdvance(server, 'PT20S', sandbox)).expectData();
  const second = await dashboardOf(server, sandbox, { grain: 'DAY' });
  assert.equal(Date.parse(second.asOf) - Date.parse(first.asOf), 20_000);
});

test('minutes say that they do not count events that left the feed, and hours count them', async () => {
  const person = await signUp(server, 'cut');
  const sourceId = await createSource(server, person);
  const span = { from: new Date(start.getTime() - 3 * hourMs).toISOString(), to: start.toISOString() };
  const event = { sourceId, type: 'OBJECT_ENTERED', label: 'dog', confidence: 1 };
  const at = (hours: number) => new Date(start.getTime() - hours * hourMs);
  await record(
    server,
    person,
    [2.5, 1.5, 0.5].map((hours) => ({ ...event, at: at(hours) })),
  );
  await query(
    server.databaseUrl,
    `delete from "Event" where "organizationId" = '${uuidOf(person.organizationId)}'
    and "occurredAt" < '${at(1).toISOString()}'`,
  );
  await query(
    server.databaseUrl,
    `update "OrganizationFeed" set "firstSeq" = 2, "lastSeq" = 3 where "organizationId" = '${uuidOf(person.organizationId)}'`,
  );
  const gone = { from: at(3).toISOString(), to: at(2).toISOString() };
  const there = { from: at(0.5).toISOString(), to: at(0.25).toISOString() };
  for (const [grain, time, count, isWhole] of [
    ['MINUTE', span, 1, false],
    ['MINUTE', gone, 0, false],
    ['MINUTE', there, 1, true],
    ['HOUR', span, 3, true],
  ] as const) {
    const given = await dashboardOf(server, person, { ...time, grain });
    assert.equal(given.isWhole, isWhole, grain);
    const sums = [given.buckets, given.byType, given.byLabel, given.bySource].map((parts: { eventCount: number }[]) =>
      parts.reduce((sum, { eventCount }) => sum + Number(eventCount), 0),
    );
    assert.deepEqual([Number(given.eventCount), ...sums], Array(5).fill(count), grain);
  }
});

test('who may read one source sees that one, and its answer is nobody else’s', async () => {
  const owner = await signUp(server, 'parts');
  const [shown, hidden] = [await createSource(server, owner, 'shown'), await createSource(server, owner, 'hidden')];
  const event = { at: start, type: 'OBJECT_ENTERED', confidence: 1 };
  await record(server, owner, [
    { ...event, sourceId: shown, label: 'seen' },
    { ...event, sourceId: hidden, label: 'secret' },
  ]);
  assert.equal((await dashboardOf(server, owner)).eventCount, 2);
  const guest = await joinAs(server, owner, 'GUEST');
  (await graphql(server, dashboardQuery, {}, guest)).expectCode('FORBIDDEN');
  await letRead(owner, guest, shown);
  const seen = await dashboardOf(server, guest);
  assert.deepEqual(told(seen.byLabel, 'label'), { seen: 1 });
  assert.deepEqual(told(seen.bySource, 'sourceId'), { [shown]: 1 });
  assert.deepEqual([seen.eventCount, seen.sourceCount, seen.usage], [1, 1, null]);
  assert.ok(!JSON.stringify(seen).includes('hidden'));
  const stranger = await dashboardOf(server, await signUp(server, 'stranger'));
  assert.deepEqual([stranger.eventCount, stranger.sourceCount], [0, 0]);
  const key = await createKey(server, owner, ['READ']);
  const ofKey = await dashboardOf(server, { token: key.secret });
  assert.deepEqual([ofKey.eventCount, ofKey.usage], [2, null]);
});

test('a source is online while frames come, and sessions are active while they run', async () => {
  const person = await signUp(server, 'online');
  const sourceId = await createSource(server, person);
  await createSource(server, person);
  const before = await dashboardOf(server, person, { grain: 'MINUTE' });
  assert.deepEqual([before.sourceCount, before.sourcesOnline, before.sessionsActive, before.usage], [2, 0, 0, []]);
  const sessionId = await startSession(server, person, sourceId);
  const run = await fake.nextRun();
  run.send(opened, frame(0, [{ label: 'person' }]));
  await waitForSession(server, person, sessionId, ({ framesRead }) => framesRead === 1);
  clock.advance({ ms: 15_001 });
  const running = await dashboardOf(server, person, { grain: 'MINUTE' });
  assert.deepEqual([running.sourceCount, running.sourcesOnline, running.sessionsActive], [2, 1, 1]);
  assert.equal(running.usage.find(({ meter }: Answer) => meter === 'FRAMES')?.quantity, 1);
  // Nothing came for so long: it runs, and shows nothing.
  clock.advance({ ms: 15_001 });
  const silent = await dashboardOf(server, person, { grain: 'MINUTE' });
  assert.deepEqual([silent.sourcesOnline, silent.sessionsActive], [0, 1]);
  // A film that is read slower than it plays: its frames tell of times long gone, and come now.
  run.send(frame(1, [{ label: 'person' }]));
  await waitForSession(server, person, sessionId, ({ framesRead }) => framesRead === 2);
  const slow = await dashboardOf(server, person, { grain: 'MINUTE' });
  assert.equal(slow.sourcesOnline, 0, 'until the answer is read again');
  clock.advance({ ms: 15_001 });
  assert.equal((await dashboardOf(server, person, { grain: 'MINUTE' })).sourcesOnline, 1);
  // One that is read faster: its frames tell of times to come, and none comes.
  run.send(frame(5_000, [{ label: 'person' }]));
  await waitForSession(server, person, sessionId, ({ framesRead }) => framesRead === 5_001);
  clock.advance({ ms: 20_001 });
  assert.equal((await dashboardOf(server, person, { grain: 'MINUTE' })).sourcesOnline, 0);
  run.send({ type: 'ended' });
  await waitForSession(server, person, sessionId, ({ state }) => state === 'COMPLETED');
  clock.advance({ ms: 15_001 });
  const over = await dashboardOf(server, person, { grain: 'MINUTE' });
  assert.deepEqual([over.sourcesOnline, over.sessionsActive], [0, 0]);
});

test('a time that is none, or too long, is refused with a code', async () => {
  const person = await signUp(server, 'spans');
  const at = start.toISOString();
  const refused: Record<string, string>[] = [
    { from: at, to: new Date(start.getTime() - hourMs).toISOString(), grain: 'HOUR' },
    { from: new Date(start.getTime() + 2 * hourMs).toISOString(), grain: 'HOUR' },
    { from: new Date(start.getTime() - 25 * hourMs).toISOString(), to: at, grain: 'MINUTE' },
    { from: '1970-01-01T00:00:00Z', to: at, grain: 'HOUR' },
    { from: '0001-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z', grain: 'MONTH' },
  ];
  for (const asked of refused) (await graphql(server, dashboardQuery, asked, person)).expectCode('INPUT_INVALID');
});

async function letRead(owner: Person, person: Person, sourceId: string): Promise<void> {
  const role = { name: `role ${Math.random()}`, permissions: ['READ'] };
  const { customRole } = await done(mutate(server, owner, 'createCustomRole', role, 'customRole { id }'));
  const membershipId = await membershipOf(server, owner, person);
  const input = { customRoleId: customRole.id, sourceId, membershipId };
  await done(mutate(server, owner, 'assignRole', input, 'assignment { id }'));
}
