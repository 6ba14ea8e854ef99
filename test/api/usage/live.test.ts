import assert from 'node:assert/strict';
import { test } from 'node:test';
import { query } from '../../harness/database.ts';
import { eachBus } from '../../harness/each-bus.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { advanceClock, createSandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { callOf, tell } from './told.ts';

const live = 'subscription { usageLive { meter used limit left resetsAt at } }';

eachBus((bus) => {
  test('who watches sees what is used and left, each call once, and nothing of others', async () => {
    await using server = await startTestServer({ bus });
    await query(server.databaseUrl, `update "PlanVersion" set "predictionsPerPeriod" = 10 where "planCode" = 'free'`);
    const [person, other] = [await signUp(server), await signUp(server)];
    const call = callOf(uuidOf(person.organizationId), { count: 4 });
    const told: number[][] = [];
    for await (const { data } of subscribe(server, live, {}, person)) {
      const { used, left, limit } = data.usageLive;
      told.push([used, left, limit]);
      if (used === 0) {
        assert.equal(await tell(server, [call]), 1);
        await tell(server, [callOf(uuidOf(other.organizationId), { count: 1 })]);
      } else if (used === 4) {
        assert.equal(await tell(server, [call]), 0);
        await tell(server, [callOf(uuidOf(person.organizationId), { count: 8 })]);
      } else break;
    }
    assert.deepEqual(told, [
      [0, 10, 10],
      [4, 6, 10],
      [12, 0, 10],
    ]);
  });
});

test('a call of a sandbox counts in its own time, and a new period begins with nothing', async () => {
  await using server = await startTestServer();
  const sandbox = await createSandbox(server);
  const organizationId = uuidOf(sandbox.organizationId);
  await advanceClock(server, sandbox, 'P40D');
  await tell(server, [callOf(organizationId, { count: 3 })]);
  const [row] = await query(
    server.databaseUrl,
    `select round(extract(epoch from u."at" - now()) / 86400)::int as "days" from "UsageRecord" u
      where "organizationId" = '${organizationId}'`,
  );
  assert.equal(row?.days, 40);
  const used: number[] = [];
  for await (const { data } of subscribe(server, live, {}, sandbox)) {
    used.push(data.usageLive.used);
    break;
  }
  await advanceClock(server, sandbox, 'P31D');
  for await (const { data } of subscribe(server, live, {}, sandbox)) {
    used.push(data.usageLive.used);
    break;
  }
  assert.deepEqual(used, [3, 0]);
});
