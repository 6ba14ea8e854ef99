import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import type { Answer } from '../../harness/answer.ts';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import type { GraphqlAnswer } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { createSource } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';
import { report } from '../../ledger/report.ts';
import { subscribe } from '../billing/billing.ts';
import { codes, estimate } from './estimates.ts';
import { randomOperation } from './random-operations.ts';
import type { World } from './random-operations.ts';

const operations = 500;
/** Sessions run for less, by the clock that this test moves. */
const sessionSeconds = 20;

/** Everything that a session does costs something, from the first unit on. */
const dearPlans = `
  insert into "PlanVersion" select (jsonb_populate_record(v, jsonb_build_object('id', gen_random_uuid(), 'number', 2,
    'maxConcurrentSessions', 2, 'maxStoredBytes', 2500000, 'maxQueryCost', 3000, 'trialDays', 0))).*
    from "PlanVersion" v where v."planCode" in ('pro', 'business');
  insert into "PlanPrice" ("planVersionId", "meter", "included", "unitAmountMinor", "perUnits")
    select p."id", m."meter"::"Meter", 2, m."amount", 2 from "PlanVersion" p
    cross join (values ('FRAMES', 7), ('SESSION_SECONDS', 3)) as m("meter", "amount") where p."number" = 2`;

test(
  `of ${operations} operations of chance none costs more than its estimate, and every refusal was predicted`,
  { timeout: 400_000 },
  async () => {
    const clock = movableClock();
    const fake = createFakeInference();
    await using server = await startTestServer({ clock, inference: fake.inference });
    const database = new pg.Client(server.databaseUrl);
    await database.connect();
    await using connection = new AsyncDisposableStack();
    connection.defer(() => database.end());
    const query = async (text: string) => (await database.query<Record<string, unknown>>(text)).rows;
    await query(dearPlans);
    const owner = await signUp(server);
    const organizationId = uuidOf(owner.organizationId);
    await subscribe(server, owner, { planCode: 'pro' });
    const tokens = {
      owner: owner.token,
      viewer: (await joinAs(server, owner, 'VIEWER')).token,
      key: (await createKey(server, owner, ['READ', 'WRITE'])).secret,
    };
    await query(`insert into "RateLimitOverride" ("id", "organizationId", "subject", "subjectId", "endpoint", "max", "windowSeconds", "reason")
     values (gen_random_uuid(), '${organizationId}', 'ORGANIZATION', '${organizationId}', 'Mutation.renameTeam', 4, 60, 'a test'),
       (gen_random_uuid(), '${organizationId}', 'ORGANIZATION', '${organizationId}', 'cost', 7000, 30, 'a test')`);
    const sources = [await createSource(server, owner), await createSource(server, owner)];
    // One that runs for as long as the test does, so that there is room for one more, and not for two.
    const started = await graphql(
      server,
      'mutation ($input: StartSessionInput!) { startSession(input: $input) { ... on StartSessionPayload { session { id } } } }',
      { input: { sourceId: sources[0] } },
      owner,
    );
    const standing = started.expectData().startSession.session.id as string;
    const standingRun = await fake.nextRun();
    standingRun.send({ ...opened });
    await reaches(uuidOf(standing), 'RUNNING');

    const world: World = {
      sources,
      teams: [],
      sessions: [],
      nobody: Buffer.from(`Source:${crypto.randomUUID()}`).toString('base64url'),
    };
    const found = { tried: 0, refused: 0, unforeseen: 0, falseAlarms: 0, centsOver: 0, charged: 0n };
    const failures: string[] = [];
    const kinds = new Map<string, number>();
    for (let n = 0; n < operations; n += 1) {
      if (n % 20 === 0) clock.advance({ ms: 10_000 });
      // What has run out comes back while nobody asks.
      const [wanted] = fc.sample(randomOperation(world), { numRuns: 1, seed: 4_711 + n });
      const { caller, operation, variables } = wanted!;
      const token = tokens[caller];
      const before = await chargedOf(query, organizationId);
      const told = await tryEstimate(token, { operation, variables });
      if (!told) continue;
      const real = await graphql(server, operation, variables, { token });
      for (const { id } of await queued()) {
        const run = await fake.nextRun();
        run.send(opened, frame(0), frame(1), frame(2));
        clock.advance({ ms: 4_500 });
        run.send({ type: 'ended' });
        await reaches(String(id), 'COMPLETED');
      }
      const charged = (await chargedOf(query, organizationId)) - before;
      const most = told.charges.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor ?? 0), 0n);
      const [foreseen, actual] = [new Set(codes(told)), codesOf(real)];
      found.tried += 1;
      found.charged += charged > 0n ? charged : 0n;
      if (actual.size > 0) found.refused += 1;
      for (const code of actual) kinds.set(code, (kinds.get(code) ?? 0) + 1);
      const isUnforeseen = [...actual].some((code) => !foreseen.has(code));
      const isFalse = [...foreseen].some((code) => !actual.has(code));
      if (isUnforeseen) found.unforeseen += 1;
      if (isFalse) found.falseAlarms += 1;
      if (charged > most) found.centsOver += Number(charged - most);
      if (isUnforeseen || isFalse || charged > most) {
        failures.push(
          `${operation} ${JSON.stringify(variables)}: ${JSON.stringify(told)}, then ${real.text}, ${charged} charged`,
        );
      }
      await learn();
    }
    report('prices before they are paid', {
      ...{ acts: found.tried, rows: found.tried },
      ...{ difference: found.unforeseen, centsOff: found.centsOver },
    });
    assert.deepEqual(failures, []);
    assert.ok(found.tried >= operations * 0.9, `${found.tried} were tried`);
    assert.ok(found.charged > 0n && found.refused > 100 && kinds.size >= 10, 'chance was one-sided');

    /** Null where the estimate itself is refused: it has a budget, too. */
    async function tryEstimate(token: string, wanted: { operation: string; variables: object }) {
      try {
        return await estimate(server, { token }, { ...wanted, sessionSeconds });
      } catch {
        clock.advance({ ms: 10_000 });
        return null;
      }
    }

    /** Asked of the database: whoever asks the server spends what this test watches. */
    async function reaches(id: string, state: string): Promise<void> {
      await until(async () => {
        const [row] = await query(`select "state"::text from "Session" where "id" = '${id}'`);
        return row?.['state'] === state;
      });
    }

    async function queued() {
      return query(
        `select "id" from "Session" where "organizationId" = '${organizationId}' and "endedAt" is null and "id" <> '${uuidOf(standing)}' order by "createdAt"`,
      );
    }

    async function learn(): Promise<void> {
      const ids = async (type: string, table: string) =>
        (await query(`select "id" from "${table}" where "organizationId" = '${organizationId}' limit 3`)).map(
          ({ id }) => Buffer.from(`${type}:${String(id)}`).toString('base64url'),
        );
      world.teams = await ids('Team', 'Team');
      world.sessions = (await ids('Session', 'Session')).filter((id) => id !== standing);
    }
  },
);

/** What the organization owes: what was billed once, and its usage at the prices it has now. In cents. */
async function chargedOf(
  query: (text: string) => Promise<Record<string, unknown>[]>,
  organizationId: string,
): Promise<bigint> {
  const [row] = await query(
    `select (coalesce((select sum("amountMinor") from "BillableItem" where "organizationId" = '${organizationId}'), 0) +
      coalesce((select sum(round(greatest(0, u."quantity" - p."included") * p."unitAmountMinor" / p."perUnits"))
        from "Organization" o join "PlanPrice" p on p."planVersionId" = o."planVersionId"
        join (select "meter", sum("quantity") as "quantity" from "UsageRollup" where "organizationId" = '${organizationId}'
          and "grain" = 'MONTH' group by 1) u on u."meter" = p."meter"
        where o."id" = '${organizationId}'), 0))::bigint::text as "minor"`,
  );
  return BigInt(String(row?.['minor'] ?? 0));
}

/** Why something was refused, wherever it says so. */
function codesOf({ data, errors }: GraphqlAnswer): Set<string> {
  const inData = Object.values((data ?? {}) as Record<string, Answer | null>).flatMap((field) => field?.code ?? []);
  return new Set([...errors.map(({ extensions }) => String(extensions['code'])), ...(inData as string[])]);
}
