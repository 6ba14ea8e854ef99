import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { query } from '../harness/database.ts';
import { eachBus } from '../harness/each-bus.ts';
import { ownTime } from '../harness/own-time.ts';
import { joinAs, signUp, uuidOf } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { createSource } from '../harness/sources.ts';
import { until } from '../harness/until.ts';
import { createServerProcess } from '../faults/server-process.ts';
import { setActivity, watchPresence } from './presence-view.ts';

const entryCount = async ({ databaseUrl }: TestServer) =>
  Number((await query(databaseUrl, 'select count(*) as "count" from "PresenceEntry"'))[0]?.['count']);

eachBus((bus) => {
  test('two servers agree on who watches and what they do', async () => {
    await using one = await startTestServer({ bus });
    await using two = await startTestServer({ bus, databaseUrl: one.databaseUrl });
    const anna = await signUp(one, 'anna');
    const berta = await joinAs(one, anna, 'VIEWER', 'berta');
    const [source, other] = [await createSource(one, anna), await createSource(one, anna)];
    await using here = watchPresence(one, anna, source);
    await here.shows('anna');
    await using elsewhere = watchPresence(two, berta, other);
    await elsewhere.shows('berta');
    {
      await using there = watchPresence(two, berta, source);
      await Promise.all([here.shows('anna berta'), there.shows('anna berta')]);
      // Said to either server.
      assert.equal(await setActivity(one, berta, { sourceId: source, activity: 'typing' }), true);
      await Promise.all([
        until(() => here.activityOf('berta') === 'typing'),
        until(() => there.activityOf('berta') === 'typing'),
      ]);
      assert.equal(here.activityOf('anna'), null);
      assert.equal(elsewhere.activityOf('berta'), null);
      // Five seconds later, which the database says.
      await query(
        one.databaseUrl,
        `update "PresenceEntry" set "activityUntil" = now() - interval '1 ms' where "activity" is not null`,
      );
      await until(() => here.activityOf('berta') === null);
      await setActivity(two, anna, { sourceId: source, activity: 'looking-closer' });
      await until(() => there.activityOf('anna') === 'looking-closer');
      await setActivity(two, anna, { sourceId: source });
      await until(() => there.activityOf('anna') === null);
    }
    await here.shows('anna');
    assert.equal(elsewhere.names(), 'berta');
    assert.equal(await entryCount(one), 2);
  });

  test('they agree within a second', async () => {
    await using one = await startTestServer({ bus });
    await using two = await startTestServer({ bus, databaseUrl: one.databaseUrl });
    const anna = await signUp(one, 'anna');
    const berta = await joinAs(one, anna, 'VIEWER', 'berta');
    await using here = watchPresence(one, anna, null);
    await here.shows('anna');
    // Without Redis they find out by looking, once a second.
    const rounds = bus === 'redis' ? 5 : 1;
    const took: number[] = [];
    for (let n = 0; n < rounds; n += 1) {
      const there = watchPresence(two, berta, null);
      await there.shows('anna berta');
      using coming = ownTime();
      await here.shows('anna berta');
      took.push(coming.ms);
      await there[Symbol.asyncDispose]();
      using going = ownTime();
      await here.shows('anna');
      took.push(going.ms);
    }
    took.sort((a, b) => a - b);
    assert.ok(took[rounds]! < (bus === 'redis' ? 1_000 : 2_000), took.join());
  });
});

test('of a server that is killed nobody is left, nor of one that is not heard of', async () => {
  await using one = await startTestServer();
  await using killed = await createServerProcess({ DATABASE_URL: one.databaseUrl });
  await killed.start();
  const anna = await signUp(one, 'anna');
  const berta = await joinAs(one, anna, 'VIEWER', 'berta');
  const [silent, outsider] = [await joinAs(one, anna, 'VIEWER', 'silent'), await signUp(one, 'outsider')];
  await using here = watchPresence(one, anna, null);
  await here.shows('anna');
  await using there = watchPresence(killed, berta, null);
  await Promise.all([there.shows('anna berta'), here.shows('anna berta')]);
  // Not heard of for ten seconds; and just heard of, but telling of somebody who is no member.
  for (const [{ userId }, seconds] of [
    [silent, 10],
    [outsider, 0],
  ] as const) {
    const id = randomUUID();
    await query(
      one.databaseUrl,
      `with p as (insert into "PresenceProcess" ("id", "seenAt") values ('${id}', now() - interval '${seconds} s'))
        insert into "PresenceEntry" ("id", "processId", "organizationId", "userId", "since")
          values ('${randomUUID()}', '${id}', '${uuidOf(anna.organizationId)}', '${uuidOf(userId)}', now())`,
    );
  }
  await killed.kill();
  await here.shows('anna');
  await until(async () => (await entryCount(one)) === 1);
  assert.equal((await query(one.databaseUrl, 'select "id" from "PresenceProcess"')).length, 1);
  assert.doesNotMatch(JSON.stringify([here.seen, there.seen]), /silent|outsider/);
});

test('a server that stops takes its people along at once', async () => {
  await using one = await startTestServer();
  const anna = await signUp(one, 'anna');
  const berta = await joinAs(one, anna, 'VIEWER', 'berta');
  await using here = watchPresence(one, anna, null);
  {
    await using two = await startTestServer({ databaseUrl: one.databaseUrl });
    await using there = watchPresence(two, berta, null);
    await Promise.all([there.shows('anna berta'), here.shows('anna berta')]);
  }
  assert.equal(await entryCount(one), 1);
  await here.shows('anna');
});

test('after a crash of the database everybody says again who watches', async () => {
  await using server = await startTestServer();
  const anna = await signUp(server, 'anna');
  const berta = await joinAs(server, anna, 'VIEWER', 'berta');
  await using here = watchPresence(server, anna, null);
  await here.shows('anna');
  await using there = watchPresence(server, berta, null);
  await here.shows('anna berta');
  await query(server.databaseUrl, 'truncate "PresenceProcess", "PresenceEntry"');
  await until(async () => (await entryCount(server)) === 2);
  await Promise.all([here.shows('anna berta'), there.shows('anna berta')]);
});
