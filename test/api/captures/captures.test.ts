import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  captureBatchMax,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  PermissionDeniedError,
} from '@sightline/core';
import { graphql } from '../../harness/graphql.ts';
import { query } from '../../harness/database.ts';
import { createKey, joinAs, signUp, uuidOf } from '../../harness/people.ts';
import { createSource } from '../../harness/sources.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { membershipOf } from '../organizations/operations.ts';
import { batchOf, clientOf, eventOf, newCapture, newDevice, useOf } from './devices.ts';

let server: TestServer;
before(async () => void (server = await startTestServer()));
after(() => server[Symbol.asyncDispose]());

const hour = 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms);

async function someone() {
  const person = await signUp(server, 'device');
  return { person, client: clientOf(server, person), sourceId: await createSource(server, person) };
}

const usedBy = async (organizationId: string) =>
  query(
    server.databaseUrl,
    `select sum("count")::int as "count", count(*)::int as "rows" from "UsageRecord"
      where "organizationId" = '${uuidOf(organizationId)}'`,
  );

test('what was captured offline becomes a session with its events, at the time and in the order it happened', async () => {
  const { client, sourceId } = await someone();
  const device = newDevice();
  const startedAt = ago(21 * 24 * hour);
  const capture = newCapture(sourceId, startedAt);
  const first = await client.captures.record(
    batchOf(device, { ...capture, events: [eventOf(0, startedAt, 'cat'), eventOf(1, startedAt, 'dog')] }),
  );
  assert.deepEqual([first.acceptedSeq, first.isDuplicate, first.session?.state], [1, false, 'RUNNING']);
  const last = await client.captures.record(
    batchOf(device, { ...capture, events: [eventOf(7, startedAt, 'bird')], isLast: true }),
  );
  assert.equal(last.session?.id, first.session?.id);
  const session = await client.sessions.get(last.session?.id ?? '');
  assert.deepEqual(
    [session?.state, session?.endReason, session?.runBy, session?.framesRead, session?.eventCount, session?.startedAt],
    ['COMPLETED', 'SOURCE_ENDED', 'DEVICE', 8, 5, startedAt.toISOString()],
  );
  assert.equal(session?.endedAt, eventOf(7, startedAt).occurredAt);
  const told = [];
  for await (const event of client.events.list()) told.push([event.type, event.label, event.occurredAt]);
  assert.deepEqual(told, [
    ['SESSION_STARTED', null, startedAt.toISOString()],
    ['OBJECT_ENTERED', 'cat', eventOf(0, startedAt).occurredAt],
    ['OBJECT_ENTERED', 'dog', eventOf(1, startedAt).occurredAt],
    ['OBJECT_ENTERED', 'bird', eventOf(7, startedAt).occurredAt],
    ['SESSION_ENDED', null, eventOf(7, startedAt).occurredAt],
  ]);
});

test('a batch that is sent again is confirmed and changes nothing; one that comes too early says which is missing', async () => {
  const { person, client, sourceId } = await someone();
  const device = newDevice();
  const capture = newCapture(sourceId, ago(hour));
  const batch = batchOf(device, { ...capture, events: [eventOf(0, ago(hour))], usage: [useOf(ago(hour))] });
  const [one, two] = await Promise.all([client.captures.record(batch), client.captures.record(batch)]);
  assert.deepEqual([one.isDuplicate, two.isDuplicate].sort(), [false, true]);
  assert.equal(one.session?.id, two.session?.id);
  const early = { ...batch, seq: 4 };
  await assert.rejects(
    async () => client.captures.record(early),
    (error) => error instanceof ConflictError && error.code === 'BATCH_OUT_OF_ORDER' && error.details['expected'] === 2,
  );
  assert.equal((await client.events.list().page()).items.length, 2);
  assert.deepEqual(await usedBy(person.organizationId), [{ count: 1, rows: 1 }]);
  // What was refused took no number.
  assert.equal((await client.captures.record({ ...batch, seq: 2, events: [], usage: [] })).acceptedSeq, 2);
});

test('uses count once by their ids, whatever batch they come in, and never in a period that was billed', async () => {
  const { person, client } = await someone();
  const device = newDevice();
  const uses = [useOf(ago(70 * 24 * hour)), useOf(ago(0))];
  await client.captures.record(batchOf(device, { usage: uses }));
  await client.captures.record(batchOf(device, { usage: [...uses, { ...useOf(ago(0)), count: 5 }] }));
  const other = newDevice();
  await client.captures.record(batchOf(other, { usage: uses.map((use) => ({ ...use, id: use.id.toUpperCase() })) }));
  assert.deepEqual(await usedBy(person.organizationId), [{ count: 7, rows: 3 }]);
  const [counted] = await query(
    server.databaseUrl,
    `select count(*)::int as "old" from "UsageRecord" where "at" < now() - interval '32 days'`,
  );
  assert.equal(counted?.['old'], 0, 'an allowance of a month that is over would have been used up afterwards');
  // Somebody else with the same ids has uses of their own.
  const stranger = await someone();
  await stranger.client.captures.record(batchOf(newDevice(), { usage: uses }));
  assert.deepEqual(await usedBy(stranger.person.organizationId), [{ count: 2, rows: 2 }]);
});

test('uses of a device whose clock is wrong count all the same, now', async () => {
  const { person, client } = await someone();
  const year = 365 * 24 * hour;
  const uses = [ago(-10 * 60_000), ago(-year), ago(40 * year)].map((at) => useOf(at));
  await client.captures.record(batchOf(newDevice(), { usage: uses }));
  assert.deepEqual(await usedBy(person.organizationId), [{ count: 3, rows: 3 }]);
  const [counted] = await query(
    server.databaseUrl,
    `select count(*)::int as "other" from "UsageRecord"
     where "at" > now() + interval '5 minutes' or "at" < now() - interval '300 days'`,
  );
  assert.equal(counted?.['other'], 0);
});

const minute = 60_000;

/** Milliseconds ago that a capture began and its events happened, as they are recorded; told with `sentAt`, as the device says it. */
async function recordedAges(told: { ages: number[]; sentAt: Date }): Promise<number[]> {
  const { client, sourceId } = await someone();
  const events = told.ages.map((age, index) => ({ ...eventOf(index, ago(0)), occurredAt: ago(age).toISOString() }));
  const capture = newCapture(sourceId, ago(told.ages[0] ?? 0));
  const sentAt = told.sentAt.toISOString();
  await client.captures.record(batchOf(newDevice(), { ...capture, sentAt, events, isLast: true }));
  const { items } = await client.events.list().page();
  assert.deepEqual(
    items.filter(({ label }) => label !== null).map(({ frameIndex }) => frameIndex),
    told.ages.map((_, index) => index),
  );
  return items.map(({ occurredAt }) => Date.now() - Date.parse(occurredAt));
}

test('what a clock that is ahead saw is taken whole and in order, at the time at which it happened by ours', async () => {
  // A day ahead, and half an hour of pictures behind it.
  const ahead = await recordedAges({
    ages: [30, 20, 10].map((minutes) => minutes * minute - 24 * hour),
    sentAt: ago(-24 * hour),
  });
  assert.deepEqual(
    ahead.map((age) => Math.round(age / minute)),
    [30, 30, 20, 10, 10],
  );
  // Never set, and five minutes since it was switched on.
  const unset = await recordedAges({
    ages: [5, 4].map((minutes) => minutes * minute + Date.now()),
    sentAt: new Date(0),
  });
  assert.deepEqual(
    unset.map((age) => Math.round(age / minute)),
    [5, 5, 4, 4],
  );
  // It was set right before anything could be told: the first two happened no later than the third.
  const mended = await recordedAges({ ages: [-60, -50, 8, 3].map((minutes) => minutes * minute), sentAt: ago(0) });
  assert.deepEqual(
    mended.map((age) => Math.round(age / minute)),
    [8, 8, 8, 8, 3, 3],
  );
  // Nothing is known of when it happened but that it has.
  const never = await recordedAges({ ages: [-60, -50].map((minutes) => minutes * minute), sentAt: ago(0) });
  assert.ok(never.every((age) => age >= 0 && age < 5 * minute));
});

test('a session of a device is nobody else’s: no server takes it, it takes no place, and a stop is asked for and not done', async () => {
  const { client, sourceId } = await someone();
  const device = newDevice();
  const capture = newCapture(sourceId, ago(hour));
  const { session } = await client.captures.record(batchOf(device, capture));
  const id = session?.id ?? '';
  // A server looks for work as soon as there is some: the other session is taken, and this one was not touched.
  const run = await client.sessions.start({ sourceId });
  await until(async () => (await client.sessions.get(run.id))?.state !== 'QUEUED');
  assert.deepEqual(
    [(await client.sessions.get(id))?.state, (await client.sessions.get(id))?.attemptCount],
    ['RUNNING', 1],
  );
  assert.equal((await client.sessions.stop(id)).state, 'STOPPING');
  const told = await client.captures.record(batchOf(device, { ...capture, events: [eventOf(3, ago(hour))] }));
  assert.equal(told.session?.state, 'STOPPING');
  await client.captures.record(batchOf(device, { ...capture, isLast: true }));
  const ended = await client.sessions.get(id);
  assert.deepEqual([ended?.state, ended?.endReason], ['STOPPED', 'STOP_REQUESTED']);
  await assert.rejects(async () => client.captures.record(batchOf(device, capture)), /has ended/);
});

test('what makes no sense is refused whole: nothing of the batch is there, and the number is still free', async () => {
  const { person, client, sourceId } = await someone();
  const device = newDevice();
  const capture = newCapture(sourceId, ago(hour));
  const unset = new Date(0);
  const event = eventOf(0, ago(hour));
  const refused = {
    'events.1.occurredAt': { ...capture, events: [event, eventOf(0, unset)] },
    startedAt: { ...capture, startedAt: unset.toISOString() },
    captureId: { events: [event] },
    sourceId: { captureId: randomUUID(), startedAt: capture.startedAt },
    'input.deviceId': { ...capture, deviceId: 'mine' },
    'input.seq': { ...capture, seq: 0 },
    'input.events.0.label': { ...capture, events: [{ ...event, label: '' }] },
    'input.events.0.confidence': { ...capture, events: [{ ...event, confidence: 1.1 }] },
    'input.events.0.box.x': { ...capture, events: [{ ...event, box: { ...event.box, x: -1 } }] },
    'input.usage.0.count': { usage: [{ ...useOf(ago(0)), count: 0 }] },
    'input.usage.0.id': { usage: [{ ...useOf(ago(0)), id: 'x' }] },
    'input.events': { ...capture, events: Array.from({ length: captureBatchMax.events + 1 }, () => event) },
  };
  for (const [field, parts] of Object.entries(refused)) {
    await assert.rejects(
      async () => client.captures.record({ deviceId: device.deviceId, seq: 1, ...parts }),
      (error) => error instanceof InvalidRequestError && String(error.details['field']).endsWith(field),
      field,
    );
  }
  await client.captures.record(
    batchOf(device, { ...capture, events: [{ ...event, box: { x: 0.9, y: 0, width: 1, height: 1 } }] }),
  );
  const elsewhere = await createSource(server, person);
  await assert.rejects(
    async () => client.captures.record(batchOf(device, { ...capture, sourceId: elsewhere })),
    /another source/,
  );
  // A full batch is none of it.
  const uses = Array.from({ length: captureBatchMax.usage }, () => useOf(ago(0)));
  const full = Array.from({ length: captureBatchMax.events }, (_, index) => eventOf(index, ago(hour)));
  const other = newCapture(sourceId, ago(hour));
  await client.captures.record(batchOf(newDevice(), { ...other, events: full, usage: uses, isLast: true }));
  const events = (await client.events.list({ pageSize: 2 }).page()).items;
  assert.deepEqual(
    events.map(({ type, box }) => [type, box]),
    [
      ['SESSION_STARTED', null],
      ['OBJECT_ENTERED', { x: 0.9, y: 0, width: 0.09999999999999998, height: 1 }],
    ],
  );
});

test('a device of somebody else, their source and their capture are not there', async () => {
  const [mine, theirs] = [await someone(), await someone()];
  const device = newDevice();
  const capture = newCapture(theirs.sourceId, ago(hour));
  await theirs.client.captures.record(batchOf(device, capture));
  await assert.rejects(
    async () => mine.client.captures.record({ deviceId: device.deviceId, seq: 2, ...capture }),
    NotFoundError,
  );
  // The same ids in another organization are others.
  const own = { ...capture, sourceId: mine.sourceId };
  const told = await mine.client.captures.record({ deviceId: device.deviceId, seq: 1, ...own, isLast: true });
  assert.equal(told.isDuplicate, false);
  assert.equal((await theirs.client.events.list().page()).items.length, 1);
  assert.equal((await theirs.client.captures.record(batchOf(device, { ...capture, isLast: true }))).acceptedSeq, 2);
});

test('what was recorded is confirmed to a device that lost its rights, and tells nothing of what it may not see', async () => {
  const { person, client, sourceId } = await someone();
  const guest = await joinAs(server, person, 'GUEST');
  const role = await client.roles.create({ name: 'of a device', permissions: ['READ', 'SESSIONS_WRITE'] });
  const membershipId = await membershipOf(server, person, guest);
  const own = await createSource(server, person);
  const elsewhere = await client.roles.assign({ customRoleId: role.id, sourceId: own, membershipId });
  const { id } = await client.roles.assign({ customRoleId: role.id, sourceId, membershipId });
  const theirs = clientOf(server, guest);
  const lost = batchOf(newDevice(), newCapture(sourceId, ago(hour)));
  assert.ok((await theirs.captures.record(lost)).session);
  await client.roles.unassign(id);
  // Refused, it would give the number to its next batch, which would be taken for this one.
  for (const named of [lost, { ...lost, sourceId: own }]) {
    const told = await theirs.captures.record(named);
    assert.deepEqual([told.isDuplicate, told.acceptedSeq, told.session], [true, 1, null]);
  }
  await client.roles.unassign(elsewhere.id);
  await assert.rejects(async () => theirs.captures.record(lost), PermissionDeniedError);
});

test('a key that lacks the scope is told which, where only the batch says what it needs', async () => {
  const { person } = await someone();
  const { secret } = await createKey(server, person, ['WRITE']);
  const keyed = clientOf(server, { token: secret });
  await assert.rejects(
    async () => keyed.captures.record(batchOf(newDevice(), { usage: [useOf(ago(0))] })),
    (error: { code?: string; message?: string }) => error.code === 'SCOPE_MISSING' && /INFER/.test(error.message ?? ''),
  );
});

test('the audit log has where a capture begins and ends, and uses that belong to none', async () => {
  const { person, client, sourceId } = await someone();
  const device = newDevice();
  const capture = newCapture(sourceId, ago(hour));
  for (const parts of [capture, capture, capture, { ...capture, isLast: true }, { usage: [useOf(ago(0))] }])
    await client.captures.record(batchOf(device, parts));
  const listing = '{ auditLog(first: 50) { edges { node { action targetType } } } }';
  const { auditLog } = (await graphql(server, listing, {}, { token: person.token })).expectData();
  const acts = auditLog.edges.map(({ node }: { node: { action: string; targetType: string } }) => node);
  assert.deepEqual(
    acts
      .filter(({ action }: { action: string }) => action === 'recordCapture')
      .map((act: { targetType: string }) => act.targetType)
      .sort(),
    ['Session', 'Session', 'Usage'],
  );
});
