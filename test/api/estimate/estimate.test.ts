import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { rehearsableMutations } from '@sightline/server/domain/estimate/rehearsable';
import { query } from '../../harness/database.ts';
import { createFakeInference, jpeg } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signIn, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession } from '../../harness/sources.ts';
import { ask, subscribe } from '../billing/billing.ts';
import { invoicesOf, use } from '../invoices/bills.ts';
import { codes, estimate, estimateSession } from './estimates.ts';
import type { Told } from './estimates.ts';

const left = (told: Told, name: string) => told.left.find((each) => each.name === name)?.left;
const charge = ({ charges }: Told, meter: string | null) => charges.find((each) => each.meter === meter);

/** Everything in every table but what is counted of whoever asks, whatever they ask. */
async function everything({ databaseUrl }: TestServer): Promise<Map<string, string>> {
  const tables = await query(
    databaseUrl,
    `select table_name as "name" from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'`,
  );
  const digests = tables.map(async ({ name }) => {
    // The one that runs renews its lease meanwhile.
    const what = name === 'Session' ? 't."id"::text' : 't::text';
    const [row] = await query(
      databaseUrl,
      `select md5(coalesce(string_agg(${what}, '|' order by ${what}), '')) as "digest" from "${String(name)}" t`,
    );
    return [String(name), String(row?.['digest'])] as const;
  });
  return new Map(await Promise.all(digests));
}

test('what is tried out leaves no row behind, and says what doing it says then', async () => {
  await using server = await startTestServer();
  const owner = await signUp(server);
  await subscribe(server, owner, { planCode: 'pro', trial: false });
  const source = await createSource(server, owner);
  const session = await startSession(server, owner, source);
  const team = (
    await graphql(
      server,
      'mutation { createTeam(input: { name: "a" }) { ... on CreateTeamPayload { team { id } } } }',
      {},
      owner,
    )
  ).expectData().createTeam.team.id as string;
  const inputs: Partial<Record<string, object>> = {
    createUpload: { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 9 },
    createSource: { name: 'another', kind: 'IMAGES', path: join(server.sourceDirectory, 'pictures') },
    startSession: { sourceId: source },
    stopSession: { id: session },
    createTeam: { name: 'b' },
    renameTeam: { id: team, name: 'c' },
    deleteTeam: { id: team },
    updateOrganization: { name: 'Other' },
    updateProfile: { name: 'Other' },
    changePlan: { planCode: 'business', when: 'NOW' },
    cancelSubscription: { atPeriodEnd: false },
    createCustomRole: { name: 'looker', permissions: ['READ'] },
  };
  const before = await everything(server);
  let tried = 0;
  for (const name of rehearsableMutations) {
    const input = inputs[name];
    if (!input) continue;
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
    const operation = `mutation ($input: ${type}) { ${name}(input: $input) { __typename } }`;
    const told = await estimate(server, owner, { operation, variables: { input } });
    // Pictures are of no folder yet; all others would be done.
    const expected = { createSource: ['SOURCE_PATH_REFUSED'], createCustomRole: codes(told) }[name] ?? [];
    assert.deepEqual([name, codes(told), told.isRehearsed], [name, expected, true]);
    tried += 1;
  }
  assert.ok(tried >= 12);
  assert.deepEqual(await everything(server), before);
});

test('what cannot be taken back is not run: only who asks and what they give is looked at', async () => {
  await using server = await startTestServer();
  const owner = await signUp(server);
  const viewer = await joinAs(server, owner, 'VIEWER');
  const operation = 'mutation { createApiKey(input: { name: "k", scopes: [READ] }) { secret } }';
  const before = await everything(server);
  const may = await estimate(server, owner, { operation });
  const mayNot = await estimate(server, viewer, { operation });
  assert.deepEqual([codes(may), may.isRehearsed, codes(mayNot)], [[], false, ['FORBIDDEN']]);
  const both =
    'mutation { a: createTeam(input: { name: "a" }) { __typename } createApiKey(input: { name: "k", scopes: [READ] }) { secret } }';
  assert.deepEqual([codes(await estimate(server, viewer, { operation: both }))], [['FORBIDDEN', 'FORBIDDEN']]);
  const within = await estimate(server, owner, {
    operation: `{ estimate(operation: "{ viewer { locale } }") { queryCost } }`,
  });
  assert.deepEqual([codes(within), within.isRehearsed], [[], false]);
  const live = 'subscription { usageLive(meter: PREDICTIONS) { used } }';
  const key = { token: (await createKey(server, owner, ['READ'])).secret };
  assert.deepEqual(codes(await estimate(server, viewer, { operation: live })), ['FORBIDDEN']);
  assert.deepEqual(codes(await estimate(server, owner, { operation: live })), []);
  assert.deepEqual(codes(await estimate(server, key, { operation: live })), ['SCOPE_MISSING']);
  const after = await everything(server);
  for (const name of ['ApiKey', 'Team']) before.delete(name);
  for (const [name, digest] of before)
    if (['Session', 'Source', 'Outbox'].includes(name)) assert.equal(after.get(name), digest, name);
});

test('a session is priced by its source and its time, with what would be left, and why it would be refused', async () => {
  const { inference } = createFakeInference();
  await using server = await startTestServer({ inference });
  const owner = await signUp(server);
  const id = uuidOf(owner.organizationId);
  await query(
    server.databaseUrl,
    `insert into "PlanVersion" select (jsonb_populate_record(v, jsonb_build_object(
    'id', gen_random_uuid(), 'number', 2, 'maxConcurrentSessions', 1))).* from "PlanVersion" v where v."planCode" = 'pro'`,
  );
  await query(
    server.databaseUrl,
    `insert into "PlanPrice" select p."id", m."meter"::"Meter", 2, 7, m."per" from "PlanVersion" p
    cross join (values ('FRAMES', 2), ('SESSION_SECONDS', 60)) m("meter", "per") where p."number" = 2`,
  );
  await subscribe(server, owner, { planCode: 'pro', trial: false });
  const source = await createSource(server, owner);
  const told = await estimateSession(server, owner, { input: { sourceId: source }, seconds: 120 });
  assert.deepEqual([codes(told), told.isRehearsed], [[], true]);
  // Three pictures, two of them included; two minutes less two seconds.
  assert.deepEqual(charge(told, 'FRAMES'), { meter: 'FRAMES', units: 3, amountMinor: 4, currency: 'EUR' });
  assert.deepEqual(charge(told, 'SESSION_SECONDS'), {
    meter: 'SESSION_SECONDS',
    units: 120,
    amountMinor: 14,
    currency: 'EUR',
  });
  assert.equal(left(told, 'maxConcurrentSessions'), 0);

  const path = join(server.sourceDirectory, 'a.mp4');
  await writeFile(path, jpeg);
  const video = await graphql(
    server,
    'mutation ($input: CreateSourceInput!) { createSource(input: $input) { ... on CreateSourcePayload { source { id } } } }',
    { input: { name: 'v', kind: 'VIDEO', path } },
    owner,
  );
  const sourceId = video.expectData().createSource.source.id as string;
  const unknown = await estimateSession(server, owner, { input: { sourceId }, seconds: 60 });
  assert.deepEqual([charge(unknown, 'FRAMES')?.units, charge(unknown, 'FRAMES')?.amountMinor], [null, null]);
  const bound = await estimateSession(server, owner, { input: { sourceId }, seconds: 60, frames: 12 });
  assert.equal(charge(bound, 'FRAMES')?.amountMinor, 35);

  await startSession(server, owner, source);
  const full = await estimateSession(server, owner, { input: { sourceId: source }, seconds: 120 });
  assert.deepEqual([codes(full), full.charges], [['PLAN_LIMIT_REACHED'], []]);
  await query(
    server.databaseUrl,
    `update "Subscription" set "state" = 'CANCELED', "canceledAt" = now(), "pastDueSince" = now() where "organizationId" = '${id}'`,
  );
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.deepEqual(codes(await estimateSession(server, owner, { input: { sourceId: source }, seconds: 1 })), [
    'PAYMENT_REQUIRED',
  ]);
});

test('a change of plan is priced with the rest of the period and with what was used already', async () => {
  await using server = await startTestServer();
  const owner = await signUp(server);
  const changePlan = (planCode: string) => ({
    operation: 'mutation ($input: ChangePlanInput!) { changePlan(input: $input) { __typename } }',
    variables: { input: { planCode, when: 'NOW' } },
  });
  await subscribe(server, owner, { planCode: 'pro', trial: false });
  const up = await estimate(server, owner, changePlan('business'));
  await ask(server, owner, 'changePlan', { planCode: 'business', when: 'NOW' });
  const [billed] = await query(
    server.databaseUrl,
    `select sum("amountMinor")::text as "minor" from "BillableItem" where "kind" <> 'SUBSCRIPTION'`,
  );
  const most = Number(charge(up, null)?.amountMinor);
  assert.ok(
    most >= Number(billed?.['minor']) && most <= Number(billed?.['minor']) + 100,
    `${most}, ${String(billed?.['minor'])}`,
  );

  await query(
    server.databaseUrl,
    `insert into "UsageRecord" ("id", "organizationId", "meter", "task", "model", "count", "at")
    values (gen_random_uuid(), '${uuidOf(owner.organizationId)}', 'PREDICTIONS', 'detection', 'a@1', 3000000, now())`,
  );
  const down = await estimate(server, owner, changePlan('pro'));
  // Two million predictions more than pro includes, at 50 cents for a thousand. What is credited is not promised.
  assert.deepEqual([charge(down, 'PREDICTIONS')?.amountMinor, charge(down, null)?.amountMinor], [100_000, 0]);
});

async function extensionsOf(server: TestServer, person: Person, document: string) {
  const { text } = await graphql(server, document, {}, person);
  return (
    JSON.parse(text) as {
      extensions: { cost: number; budget: { limit: number; remaining: number; resetsInMs: number } | null };
    }
  ).extensions;
}

test('every answer says what it cost and what is left, and neither doing nor trying out goes beyond it', async () => {
  await using server = await startTestServer();
  const owner = await signUp(server);
  const id = uuidOf(owner.organizationId);
  const document = '{ sources(first: 50) { edges { node { id name } } } }';
  const first = await extensionsOf(server, owner, document);
  assert.ok(first.cost > 50 && first.budget);
  assert.deepEqual([first.budget.limit, first.budget.remaining], [600_000, 600_000 - first.cost]);
  await query(
    server.databaseUrl,
    `insert into "RateLimitOverride" ("id", "organizationId", "subject", "subjectId", "endpoint", "max", "windowSeconds", "reason")
    values (gen_random_uuid(), '${id}', 'ORGANIZATION', '${id}', 'cost', ${first.cost * 3 + 60}, 86400, 'a test')`,
  );
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const told = await estimate(server, owner, { operation: document });
  assert.deepEqual([codes(told), told.queryCost], [[], first.cost]);
  // Itself, and what it tried out.
  const second = await extensionsOf(server, owner, '{ __typename }');
  assert.ok(second.budget!.remaining <= first.cost * 2 + 60 - 20, JSON.stringify(second));
  (await graphql(server, document, {}, owner)).expectData();
  const last = await estimate(server, owner, { operation: document });
  assert.deepEqual(codes(last), ['RATE_LIMITED']);
  assert.ok(last.refusals[0]!.retryAfterMs! > 0);
  await query(server.databaseUrl, `insert into "OrganizationLimit" values ('${id}', 'maxQueryCost', 20, 'a test')`);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  (await graphql(server, document, {}, owner)).expectCode('QUERY_TOO_COMPLEX');
});

test('what a plan includes is shared by the hours it was had, and estimates of a change and after it know that', async () => {
  const clock = movableClock(new Date('2027-04-01T00:00:00.000Z'));
  await using server = await startTestServer({ clock, inference: createFakeInference().inference });
  const begin = await signUp(server);
  await subscribe(server, begin, { planCode: 'pro', trial: false });
  // Of a month of 720 hours the first half: a half of the million that pro includes in all of it.
  clock.advance({ days: 15 });
  await use(server, begin, 900_000, clock.now());
  clock.advance({ ms: 3_600_000 });
  const owner = await signIn(server, begin.email);
  const input = { planCode: 'business', when: 'NOW' };
  const operation = 'mutation ($input: ChangePlanInput!) { changePlan(input: $input) { __typename } }';
  const told = await estimate(server, owner, { operation, variables: { input } });
  assert.deepEqual(codes(told), []);
  await ask(server, owner, 'changePlan', input);
  const source = await createSource(server, owner);
  const session = { input: { sourceId: source }, seconds: 8_000_000 };
  const later = charge(await estimateSession(server, owner, session), 'SESSION_SECONDS');
  // 359 of 720 hours of 14 400 000 seconds.
  assert.equal(later?.amountMinor, Math.ceil(((8_000_000 - 7_180_000) * 3) / 3_600));

  const soFar = await graphql(
    server,
    '{ costSoFar { lines { meter amountMinor } } forecast { lines { meter } } }',
    {},
    owner,
  );
  const { costSoFar, forecast } = soFar.expectData();
  const predictions = (line: { meter: string }) => line.meter === 'PREDICTIONS';
  assert.deepEqual(
    costSoFar.lines.filter(predictions).map(({ amountMinor }: { amountMinor: number }) => amountMinor),
    [charge(told, 'PREDICTIONS')?.amountMinor, 0],
  );
  assert.equal(forecast.lines.filter(predictions).length, 2);

  clock.advance({ days: 15 });
  await ask(server, await signIn(server, begin.email), 'resumeSubscription');
  const bill = (await invoicesOf(server, await signIn(server, begin.email))).at(-1);
  const billed = bill?.lines.filter(({ meter }: { meter: string | null }) => meter === 'PREDICTIONS');
  assert.deepEqual(
    billed.map(({ amountMinor }: { amountMinor: number }) => amountMinor),
    [Math.round(((900_000 - 501_389) * 50) / 1_000), 0],
  );
  assert.equal(charge(told, 'PREDICTIONS')?.amountMinor, billed[0].amountMinor);
});
