import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createServerProcess } from '../../faults/server-process.ts';
import { createTestDatabase, query } from '../../harness/database.ts';
import { createKey, signUp, uuidOf } from '../../harness/people.ts';
import { redisSkip, testRedisUrl } from '../../harness/redis.ts';
import { serviceToken } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { twoBlobs } from '../../inference/pictures.ts';
import { bearer, startSidecar } from '../../inference/sidecar.ts';
import { subscribe } from './billing.ts';
import { plans } from './plans-command.ts';

const held = new AsyncDisposableStack();
after(() => held.disposeAsync());

/** How long each of these took to be so, in ms since `since`. */
async function times(since: number, checks: Record<string, () => Promise<boolean>>): Promise<Record<string, number>> {
  const entries = Object.entries(checks).map(async ([name, isSo]) => {
    await until(isSo);
    return [name, Date.now() - since] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

test('a changed plan is known within a second to two processes and to the sidecar', { skip: redisSkip() }, async () => {
  const { url: databaseUrl } = held.use(await createTestDatabase());
  const env = { DATABASE_URL: databaseUrl, REDIS_URL: testRedisUrl() ?? '', SIGN_UPS_PER_HOUR: '1000' };
  const servers = [held.use(await createServerProcess(env)), held.use(await createServerProcess(env))] as const;
  await Promise.all(servers.map((server) => server.start()));
  const [one, two] = servers;
  const person = await signUp(one);
  const { secret: key } = await createKey(one, person, ['INFER']);
  const sidecar = held.use(await startSidecar({ serverUrl: one.url, serviceToken }));
  const picture = await twoBlobs();

  /** What a server tells sidecars, out of what it remembers. */
  const told = async (server: { url: string }) => {
    const answer = await fetch(`${server.url}/internal/introspect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(serviceToken) },
      body: JSON.stringify({ token: key }),
    });
    return ((await answer.json()) as { limits: { key: number } }).limits.key;
  };
  const allowed = async () => {
    const headers = { 'content-type': 'image/png', ...bearer(key) };
    const answer = await fetch(`${sidecar.url}/predict`, { method: 'POST', body: picture, headers });
    await answer.arrayBuffer();
    return Number(/"key";q=(\d+)/.exec(answer.headers.get('ratelimit-policy') ?? '')?.[1]);
  };

  const id = uuidOf(person.organizationId);
  const quickest: Record<string, number> = {};
  for (let round = 1; round <= 6; round += 1) {
    const most = 2_000 + round;
    // By turns the plan of everybody on free, and what was agreed with this one.
    const args =
      round % 2 === 1
        ? ['set', 'free', `inferencePerMinuteKey=${most}`]
        : ['limit', id, 'inferencePerMinuteKey', `${most}`];
    if (round % 2 === 1) await plans(databaseUrl, 'limit', id, 'inferencePerMinuteKey', 'default');
    // All of them remember what was before.
    await Promise.all([told(one), told(two), allowed()]);
    const { code, err } = await plans(databaseUrl, ...args);
    assert.equal(code, 0, err);
    const [row] = await query(
      databaseUrl,
      round % 2 === 1
        ? 'select "createdAt" as at from "PlanVersion" order by "createdAt" desc limit 1'
        : `select "createdAt" as at from "OrganizationLimit" where "organizationId" = '${id}'`,
    );
    const took = await times(Number(row?.['at']), {
      'first process': async () => (await told(one)) === most,
      'second process': async () => (await told(two)) === most,
      sidecar: async () => (await allowed()) === most,
    });
    for (const [name, ms] of Object.entries(took)) quickest[name] = Math.min(quickest[name] ?? Infinity, ms);
  }
  // Of six, so that a machine that does ten other things at one moment is not what is measured.
  for (const [name, ms] of Object.entries(quickest)) assert.ok(ms < 1_000, `${name}: ${ms} ms`);

  // A subscription changes what its own server and the other one tell at once, too.
  const before = await told(two);
  await subscribe(one, person, { planCode: 'business' });
  await plans(databaseUrl, 'limit', id, 'inferencePerMinuteKey', 'default');
  await until(async () => (await told(two)) === 30_000);
  assert.notEqual(before, 30_000);
});
