import assert from 'node:assert/strict';
import { test } from 'node:test';
import { query } from '../../harness/database.ts';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';

const sums = `select "meter"::text as "meter", sum("count")::int as "units" from "UsageRecord" group by 1 order by 1`;

test('a session is paid for by frames and seconds: each frame once, and no second in which nobody ran it', async () => {
  const fake = createFakeInference();
  const clock = movableClock();
  await using server = await startTestServer({ inference: fake.inference, clock });
  const person = await signUp(server);
  const id = await startSession(server, person, await createSource(server, person));
  const read = (count: number) => waitForSession(server, person, id, ({ framesRead }) => framesRead === count);

  const first = await fake.nextRun();
  first.send(opened, frame(0));
  await read(1);
  clock.advance({ ms: 2_500 });
  first.send(frame(1));
  await read(2);
  // The sidecar dies; the time until there is another one is nobody's.
  clock.advance({ ms: 700 });
  first.breakOff();
  const second = await fake.nextRun();
  clock.advance({ ms: 60_000 });
  // It tells a frame again that is recorded already.
  second.send(opened, frame(1), frame(2));
  await read(3);
  clock.advance({ ms: 1_200 });
  second.send({ type: 'ended' });
  await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');

  assert.deepEqual(await query(server.databaseUrl, sums), [
    { meter: 'FRAMES', units: 3 },
    // Two whole ones before the sidecar died; at the end one and a begun one.
    { meter: 'SESSION_SECONDS', units: 4 },
  ]);
  const [row] = await query(
    server.databaseUrl,
    `select count(*)::int as "count", count(distinct "sourceId")::int as "sources", min("model") as "model", min("task") as "task",
       bool_and("sessionId" is not null) as "known" from "UsageRecord"`,
  );
  assert.deepEqual({ ...row, count: 0 }, { count: 0, sources: 1, model: 'fake@1', task: 'detect', known: true });
});

test('what is rolled back with its frame was not used, and is used once when it is tried again, however silent the source', async () => {
  const fake = createFakeInference();
  await using server = await startTestServer({ inference: fake.inference });
  const person = await signUp(server);
  const id = await startSession(server, person, await createSource(server, person));
  // Sequences are not rolled back: the first try of the second frame fails at its last statement.
  for (const statement of [
    'create sequence tries',
    `create function refuse_once() returns trigger language plpgsql as $$ begin
       if new."framesRead" = 2 and nextval('tries') = 1 then raise exception 'no'; end if; return new; end $$`,
    'create trigger refuse_once before update on "Session" for each row execute function refuse_once()',
  ]) {
    await query(server.databaseUrl, statement);
  }
  const run = await fake.nextRun();
  run.send(opened, frame(0));
  await waitForSession(server, person, id, ({ framesRead }) => framesRead === 1);
  run.send(frame(1));
  await until(
    async () => (await query(server.databaseUrl, 'select "is_called" from tries'))[0]?.['is_called'] === true,
  );
  // The sidecar has nothing more to say, and does not break off either.
  const again = await fake.nextRun();
  assert.ok(run.signal.aborted, 'the first run goes on beside the second');
  assert.deepEqual((await query(server.databaseUrl, sums))[0], { meter: 'FRAMES', units: 1 });
  again.send(opened, frame(1), { type: 'ended' });
  await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
  assert.deepEqual((await query(server.databaseUrl, sums))[0], { meter: 'FRAMES', units: 2 });
});

test('a session whose end cannot be written is not held by nobody forever: whoever takes it next ends it, and bills it once', async () => {
  const fake = createFakeInference();
  await using server = await startTestServer({ inference: fake.inference });
  const person = await signUp(server);
  const id = await startSession(server, person, await createSource(server, person));
  for (const statement of [
    'create sequence tries',
    `create function refuse_twice() returns trigger language plpgsql as $$ begin
       if new."endedAt" is not null and nextval('tries') <= 2 then raise exception 'no'; end if; return new; end $$`,
    'create trigger refuse_twice before update on "Session" for each row execute function refuse_twice()',
  ]) {
    await query(server.databaseUrl, statement);
  }
  const run = await fake.nextRun();
  run.send(opened, frame(0), { type: 'ended' });
  // The end is refused, and that it failed is refused as well. The lease runs out a quarter of a minute later: now.
  await until(() => server.logs.some((line) => line.includes('session could not be ended')));
  await query(server.databaseUrl, `update "Session" set "leaseExpiresAt" = now() - interval '1 second'`);
  const again = await fake.nextRun();
  assert.equal(again.spec.startFrameIndex, 1);
  again.send(opened, { type: 'ended' });
  await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
  assert.deepEqual((await query(server.databaseUrl, sums))[0], { meter: 'FRAMES', units: 1 });
});
