import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { CapturedUse } from '@sightline/core';
import { chanceOf } from '../../faults/seed.ts';
import { query } from '../../harness/database.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { batchOf, clientOf, newDevice, useOf } from './devices.ts';

let server: TestServer;
before(async () => void (server = await startTestServer()));
after(() => server[Symbol.asyncDispose]());

const hour = 3_600_000;

/** What our sidecar tells of a call. */
const callOf = ({ organizationId }: Person, callId: string | null, { count = 1, at = new Date() } = {}) => ({
  ...{ id: randomUUID(), organizationId: uuidOf(organizationId), apiKeyId: null, task: 'detection', model: 'large@1' },
  ...{ count, at: at.toISOString(), callId },
});

async function tell(records: readonly ReturnType<typeof callOf>[]): Promise<void> {
  const answer = await fetch(`${server.url}/internal/usage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ records }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

/** What a device tells, in one batch of a device of its own. */
const tellOfDevice = (person: Person, usage: CapturedUse[]) =>
  clientOf(server, person).captures.record(batchOf(newDevice(), { usage }));

const useOfCall = (callId: string, count = 1): CapturedUse => ({ ...useOf(new Date()), callId, count });

async function usedBy({ organizationId }: Person): Promise<unknown> {
  const rows = await query(
    server.databaseUrl,
    `select coalesce(sum("count"), 0)::int as "count" from "UsageRecord" where "organizationId" = '${uuidOf(organizationId)}'`,
  );
  return rows[0]?.['count'];
}

test('a call that our sidecar and the device’s both did counts once, whoever tells it first, and told again as well', async () => {
  const person = await signUp(server, 'twice');
  const [first, second] = [randomUUID(), randomUUID()];
  const [ours, theirs] = [callOf(person, first), useOfCall(first.toUpperCase())];
  await tell([ours]);
  await tellOfDevice(person, [theirs]);
  assert.equal(await usedBy(person), 1);
  // The answer of ours took so long that the device told its own before.
  const [late, early] = [callOf(person, second), useOfCall(second)];
  await tellOfDevice(person, [early]);
  await tell([late]);
  assert.equal(await usedBy(person), 2);
  await tell([ours, late]);
  await tellOfDevice(person, [theirs, early]);
  assert.equal(await usedBy(person), 2);
});

test('one call forgives one use: nobody pays once for many, in another organization, for more, or with an old allowance', async () => {
  const [person, stranger] = [await signUp(server, 'thrifty'), await signUp(server, 'stranger')];
  const callId = randomUUID();
  await tell([callOf(person, callId)]);
  await tellOfDevice(person, [useOfCall(callId), useOfCall(callId), useOfCall(callId)]);
  assert.equal(await usedBy(person), 3);
  await tell([callOf(person, callId), callOf(person, callId), callOf(person, callId)]);
  assert.equal(await usedBy(person), 4);
  await tellOfDevice(stranger, [useOfCall(callId)]);
  assert.equal(await usedBy(stranger), 1);
  const other = randomUUID();
  await tell([callOf(stranger, other)]);
  await tellOfDevice(stranger, [useOfCall(other, 7)]);
  assert.equal(await usedBy(stranger), 9);
  // Told while an allowance was left over, for calls that are made when there is a new one.
  const later = randomUUID();
  await tellOfDevice(stranger, [useOfCall(later)]);
  await tell([callOf(stranger, later, { at: new Date(Date.now() + 2 * hour) })]);
  assert.equal(await usedBy(stranger), 11);
});

test('in any order, at once and told again, as much is counted as there were calls', async () => {
  const chance = chanceOf('calls of two sides');
  const people = [await signUp(server, 'first'), await signUp(server, 'second')];
  const callCount = 40;
  const told = people.flatMap((person) =>
    Array.from({ length: callCount }, () => {
      const callId = randomUUID();
      const sides = chance.next();
      const records = [callOf(person, callId)];
      const uses = [useOfCall(callId)];
      const [byUs, byDevice] = [() => tell(records), () => tellOfDevice(person, uses)];
      if (sides < 0.2) return [byUs];
      if (sides < 0.4) return [byDevice, byDevice];
      return chance.next() < 0.3 ? [byUs, byDevice, byUs, byDevice] : [byUs, byDevice];
    }).flat(),
  );
  const order = told.map((work) => ({ work, place: chance.next() })).toSorted((a, b) => a.place - b.place);
  for (let first = 0; first < order.length; first += 12)
    await Promise.all(order.slice(first, first + 12).map(({ work }) => work()));
  assert.deepEqual([await usedBy(people[0]!), await usedBy(people[1]!)], [callCount, callCount]);
});
