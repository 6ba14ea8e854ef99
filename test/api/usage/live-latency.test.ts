import assert from 'node:assert/strict';
import { test } from 'node:test';
import { query } from '../../harness/database.ts';
import { createKey, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { subscribe } from '../../harness/subscribe.ts';
import { createSidecarProcess } from '../../faults/sidecar-process.ts';
import { blob, bytesOf, scene } from '../../inference/pictures.ts';

const limitMs = 100;
const callCount = 15;
const live = 'subscription { usageLive { used left limit } }';

test('a call to the real sidecar is seen by who watches within a tenth of a second, each once, with what is left', async (t) => {
  await using server = await startTestServer();
  await query(server.databaseUrl, `update "PlanVersion" set "predictionsPerPeriod" = 1000 where "planCode" = 'free'`);
  await using sidecar = await createSidecarProcess({ SERVER_URL: server.url });
  await sidecar.start();
  const person = await signUp(server);
  const { secret } = await createKey(server, person, ['INFER']);
  /** Sends a picture that is new; gives when its answer was there. */
  async function call(n: number): Promise<number> {
    const picture = await bytesOf(scene([blob('red', n * 5, 10, 30, 20)], { width: 120, height: 90 }).png());
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'image/png' };
    const response = await fetch(`${sidecar.url}/predict`, { method: 'POST', body: picture, headers });
    await response.arrayBuffer();
    assert.deepEqual([response.status, response.headers.get('x-cache')], [200, 'miss']);
    return performance.now();
  }

  const delays: number[] = [];
  let answeredAt = Promise.resolve(0);
  let seen = 0;
  for await (const { data } of subscribe(server, live, {}, person)) {
    const { used, left, limit } = data.usageLive;
    const seenAt = performance.now();
    assert.deepEqual({ used, left, limit }, { used: seen, left: 1_000 - seen, limit: 1_000 });
    // The news may come before the answer has been read here.
    if (seen > 0) delays.push(Math.max(0, seenAt - (await answeredAt)));
    if (seen === callCount) break;
    seen += 1;
    answeredAt = call(seen);
  }
  const sorted = delays.toSorted((a, b) => a - b).map(Math.round);
  t.diagnostic(`milliseconds after the answer: ${sorted.join(', ')}`);
  // The quickest: what all of it takes where nothing else had the machine in between.
  assert.ok(sorted[0]! <= limitMs, `${sorted[0]} ms`);
  const [row] = await query(server.databaseUrl, 'select count(*)::int as "count" from "UsageRecord"');
  assert.equal(row?.['count'], callCount);
});
