import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { query } from '../harness/database.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { createKey, password, uuidOf } from '../harness/people.ts';
import { askToAdvance, createSandbox, switchTo } from '../harness/sandbox.ts';
import type { Sandbox } from '../harness/sandbox.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { ask, subscribe } from '../api/billing/billing.ts';
import { stepUp } from '../api/second-factor/calls.ts';
import { report } from './report.ts';

/*
 * A year of a customer, lived in seconds: from the 31st of a month, which most months do not have, over the night in which
 * an hour comes twice, the one in which it is missing, and a 29 February. The machine itself lives in a zone with such
 * nights. What everything adds up to is counted here, by hand, and compared every month.
 */
process.env['TZ'] = 'Europe/Madrid';

const start = new Date('2027-03-31T10:20:30.000Z');
const clock = movableClock(start);
let server: TestServer;
let other: TestServer;
before(async () => {
  server = await startTestServer({ clock });
  other = await startTestServer({ clock, databaseUrl: server.databaseUrl });
});
after(async () => {
  await other[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** When what is paid from the first hour on begins anew; the last is the end of the year. */
const paidFromTheStart = [
  ...['2027-03-31T10', '2027-04-30T10', '2027-05-31T10', '2027-06-30T10', '2027-07-31T10', '2027-08-31T10'],
  ...['2027-09-30T10', '2027-10-31T10', '2027-11-30T10', '2027-12-31T10', '2028-01-31T10', '2028-02-29T10'],
  '2028-03-31T10',
];
/** The same after a trial of fourteen days. */
const afterTrial = [
  ...['2027-03-31T10', '2027-04-14T11', '2027-05-14T11', '2027-06-14T11', '2027-07-14T11', '2027-08-14T11'],
  ...['2027-09-14T11', '2027-10-14T11', '2027-11-14T11', '2027-12-14T11', '2028-01-14T11', '2028-02-14T11'],
  '2028-03-14T11',
];
/** Before, in and after the nights in which Madrid's clocks change, and the day that only leap years have. */
const oddMoments = [
  ...['2027-10-30T23:59:59Z', '2027-10-31T00:30:00Z', '2027-10-31T01:00:00Z', '2027-10-31T01:30:00Z'],
  ...['2028-03-26T00:59:59Z', '2028-03-26T01:00:00Z', '2028-03-26T02:30:00Z'],
  ...['2028-02-28T23:59:59Z', '2028-02-29T00:00:00Z', '2028-02-29T23:59:59Z', '2028-03-01T00:00:00Z'],
  ...['2027-12-31T23:59:59Z', '2028-01-01T00:00:00Z'],
].map((text) => new Date(text));

type Act = { id: string; at: Date; count: number };
type Period = { startsAt: Date; endsAt: Date };
const periodsOf = (bounds: string[]): Period[] =>
  bounds.slice(1).map((text, index) => ({ startsAt: hour(bounds[index]!), endsAt: hour(text) }));
const hour = (text: string) => new Date(`${text}:00:00.000Z`);
const inPeriod = ({ startsAt, endsAt }: Period, { at }: { at: Date }) => at >= startsAt && at < endsAt;
const sum = (acts: readonly Act[]) => acts.reduce((total, { count }) => total + BigInt(count), 0n);

/** Everything that happens to one customer, and what was told of it. */
async function newCustomer(mark: string, seed: number) {
  const sandbox = await createSandbox(server, mark);
  const { secret: key } = await createKey(server, sandbox, ['READ', 'WRITE']);
  const acts: Act[] = [];
  let [now, offered, state, most] = [start, 0, seed, 400_000];

  /** The same numbers for the same seed. */
  function random(): number {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + (state % most);
  }

  async function goTo(at: Date): Promise<void> {
    if (at <= now) return;
    const by = `PT${(at.getTime() - now.getTime()) / 1_000}S`;
    const moved = (await askToAdvance(server, by, { token: key })).expectData().advanceClock;
    assert.equal(moved.now, at.toISOString());
    now = at;
  }

  /** Tells of acts as a sidecar does, which knows our time alone: twice, to both processes at once, in another order. */
  async function use(howMany: number, agoMs = 0): Promise<void> {
    const { organizationId } = sandbox;
    const fresh = Array.from({ length: howMany }, () => ({
      id: randomUUID(),
      at: new Date(now.getTime() - agoMs),
      count: random(),
    }));
    const records = fresh.map(({ id, count }) => ({
      ...{
        id,
        count,
        organizationId: uuidOf(organizationId),
        apiKeyId: null,
        task: 'detection',
        model: `m@${count % 3}`,
      },
      at: new Date(clock.now().getTime() - agoMs).toISOString(),
    }));
    const told = await Promise.all([tell(server, records), tell(other, records.toReversed())]);
    assert.equal(told[0] + told[1], howMany);
    acts.push(...fresh);
    offered += howMany;
  }

  /** Somebody who has just proved who they are, there. */
  async function person(): Promise<{ token: string }> {
    const token = await switchTo(server, sandbox.owner, sandbox.organizationId);
    await stepUp(server, token, { password });
    return { token };
  }

  /** So many units an act from now on. */
  const grow = (units: number) => void (most = units);

  return { sandbox, acts, goTo, use, grow, person, counts: () => ({ acts: acts.length, duplicatesOffered: offered }) };
}
type Customer = Awaited<ReturnType<typeof newCustomer>>;

async function tell({ url }: { url: string }, records: object[]): Promise<number> {
  const headers = { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ records });
  const response = await fetch(`${url}/internal/usage`, { method: 'POST', headers, body });
  assert.equal(response.status, 200);
  return ((await response.json()) as { recorded: number }).recorded;
}

const rowsOf = (sandbox: Sandbox, text: string) =>
  query(server.databaseUrl, text.replaceAll('$org', `'${uuidOf(sandbox.organizationId)}'`));

/** What the ledger and each of its grains say of a time; a grain only where the time is made of whole ones. */
async function sumsOf(sandbox: Sandbox, { startsAt, endsAt }: Period) {
  const [from, to] = [startsAt.toISOString(), endsAt.toISOString()];
  const [found] = await rowsOf(
    sandbox,
    `select
      (select coalesce(sum("count"), 0)::text from "UsageRecord" where "organizationId" = $org and "at" >= '${from}' and "at" < '${to}') as rows,
      (select coalesce(sum("quantity"), 0)::text from "UsageRollup" where "organizationId" = $org and "grain" = 'HOUR' and "startsAt" >= '${from}' and "startsAt" < '${to}') as hours`,
  );
  return { rows: BigInt(String(found?.['rows'])), hours: BigInt(String(found?.['hours'])) };
}

/** Predictions on bills for a time. */
async function billedIn(sandbox: Sandbox, { startsAt, endsAt }: Period): Promise<bigint> {
  const [found] = await rowsOf(
    sandbox,
    `select coalesce(sum("quantity"), 0)::text as quantity from "InvoiceLine" where "organizationId" = $org
      and "meter" = 'PREDICTIONS' and "periodStartsAt" >= '${startsAt.toISOString()}' and "periodEndsAt" <= '${endsAt.toISOString()}'`,
  );
  return BigInt(String(found?.['quantity']));
}

/** Lives through the periods, and compares what is known here with what the books say at the end of each. */
async function live(
  customer: Customer,
  periods: Period[],
  { atPeriod = {}, freePeriods = 0 }: { atPeriod?: Record<number, () => Promise<unknown>>; freePeriods?: number } = {},
) {
  const { sandbox, acts, goTo, use } = customer;
  for (const [index, period] of periods.entries()) {
    const { startsAt, endsAt } = period;
    await goTo(startsAt);
    await use(2);
    await goTo(new Date(startsAt.getTime() + 3_599_000));
    await use(1);
    const middle = new Date((startsAt.getTime() + endsAt.getTime()) / 2);
    const odd = oddMoments.filter((at) => inPeriod(period, { at }));
    for (const moment of [...odd, middle].sort((a, b) => a.getTime() - b.getTime())) {
      await goTo(moment);
      await use(1);
      if (moment === middle) await atPeriod[index]?.();
    }
    await goTo(new Date(endsAt.getTime() - 1_000));
    await use(2);
    await goTo(endsAt);
    // The bill of the period is there, and has all that is known of it by now.
    if (index >= freePeriods) {
      const known = sum(acts.filter((act) => inPeriod(period, act)));
      assert.equal(await billedIn(sandbox, period), known, `bill ${index + 1}`);
    }
    // A sidecar that was cut off tells later of what was done before.
    if (index % 3 === 1) await use(1, 5 * 86_400_000);
    const known = sum(acts.filter((act) => inPeriod(period, act)));
    assert.deepEqual(await sumsOf(sandbox, period), { rows: known, hours: known }, `period ${index + 1}`);
  }
}

/** By how much rows, hours, days and months of the whole year differ from what was done, rows and quantities together. */
async function differenceOf({ sandbox, acts }: Customer): Promise<number> {
  const found = await rowsOf(
    sandbox,
    `select 'ROWS' as what, count(*)::text as records, sum("count")::text as quantity from "UsageRecord" where "organizationId" = $org
      union all select "grain"::text, sum("recordCount")::text, sum("quantity")::text from "UsageRollup" where "organizationId" = $org group by 1`,
  );
  assert.deepEqual(found.map(({ what }) => what).sort(), ['DAY', 'HOUR', 'MONTH', 'ROWS']);
  let difference = 0n;
  for (const { records, quantity } of found) {
    for (const off of [BigInt(String(records)) - BigInt(acts.length), BigInt(String(quantity)) - sum(acts)]) {
      difference += off < 0n ? -off : off;
    }
  }
  return Number(difference);
}

/** Prices of periods and settled changes, in the order of time: `kind cents from`. */
async function itemsOf({ sandbox }: Customer): Promise<string[]> {
  const rows = await rowsOf(
    sandbox,
    `select "kind"::text, "amountMinor"::text as amount, "periodStartsAt" as at from "BillableItem"
      where "organizationId" = $org order by "periodStartsAt", "kind", "uniqueKey"`,
  );
  return rows.map(
    ({ kind, amount, at }) => `${String(kind)} ${String(amount)} ${(at as Date).toISOString().slice(0, 13)}`,
  );
}

/** Some hours on one plan, in the billing period that they are part of. */
type Stretch = Period & { plan: keyof typeof prices; of: Period };

/** Of predictions: units of a period that cost nothing, and cents for a thousand beyond. */
const prices = { pro: { included: 1_000_000n, cents: 50n }, business: { included: 20_000_000n, cents: 30n } };

/** What a stretch comes to in the end, whenever it was told of. */
function expectedOf({ acts }: Customer, stretch: Stretch) {
  const { plan, of } = stretch;
  const quantity = sum(acts.filter((act) => inPeriod(stretch, act)));
  const hours = ({ startsAt, endsAt }: Period) => BigInt((endsAt.getTime() - startsAt.getTime()) / 3_600_000);
  // A unit that has begun is given whole.
  const included = (prices[plan].included * hours(stretch) + hours(of) - 1n) / hours(of);
  const beyond = quantity > included ? quantity - included : 0n;
  return { quantity, cents: (2n * beyond * prices[plan].cents + 1_000n) / 2_000n };
}

/** Compares all bills of a customer with what they did and have, and says how they differ. */
async function checkBills(customer: Customer, stretches: Stretch[], itemCents: bigint) {
  const { sandbox } = customer;
  const abs = (cents: bigint) => (cents < 0n ? -cents : cents);
  let centsOff = 0n;

  // Each bill by itself.
  const invoices = await rowsOf(
    sandbox,
    `select i."series", i."seriesNumber"::text as number, i."subtotalMinor"::text as subtotal, i."taxMinor"::text as tax,
        i."totalMinor"::text as total, (select sum(l."amountMinor")::text from "InvoiceLine" l where l."invoiceId" = i."id") as lines
      from "Invoice" i where i."organizationId" = $org order by i."issuedAt", i."seriesNumber"`,
  );
  const last = new Map<unknown, number>();
  for (const { series, number, subtotal, tax, total, lines } of invoices) {
    assert.equal(Number(number), (last.get(series) ?? 0) + 1, 'numbers have no gap');
    last.set(series, Number(number));
    assert.match(String(series), /^TEST-/, 'bills of a sandbox are no bills');
    centsOff += abs(BigInt(String(subtotal)) - BigInt(String(lines)));
    centsOff += abs(BigInt(String(total)) - BigInt(String(subtotal)) - BigInt(String(tax)));
  }

  // Usage, stretch by stretch, what came late included.
  const billed = await rowsOf(
    sandbox,
    `select "periodStartsAt" as "startsAt", "periodEndsAt" as "endsAt", sum("quantity")::text as quantity, sum("amountMinor")::text as cents
      from "InvoiceLine" where "organizationId" = $org and "meter" = 'PREDICTIONS' group by 1, 2 order by 1`,
  );
  assert.deepEqual(
    billed.map(({ startsAt, endsAt, quantity }) => ({ startsAt, endsAt, quantity })),
    stretches.map((stretch) => {
      const { quantity } = expectedOf(customer, stretch);
      return { startsAt: stretch.startsAt, endsAt: stretch.endsAt, quantity: String(quantity) };
    }),
  );
  for (const [index, stretch] of stretches.entries()) {
    centsOff += abs(BigInt(String(billed[index]?.['cents'])) - expectedOf(customer, stretch).cents);
  }

  // Prices of periods and changes, each on one bill; nothing was used of the other meters.
  const [rest] = await rowsOf(
    sandbox,
    `select (select sum("amountMinor")::text from "InvoiceLine" where "organizationId" = $org and "meter" is distinct from 'PREDICTIONS') as cents,
      (select count(*)::int from "BillableItem" where "organizationId" = $org and "invoiceId" is null) as open`,
  );
  assert.equal(rest?.['open'], 0);
  centsOff += abs(BigInt(String(rest?.['cents'])) - itemCents);
  return { invoicesChecked: invoices.length, centsOff: Number(centsOff) };
}

test('a year of a customer who changes plans balances every month', async () => {
  const periods = periodsOf(paidFromTheStart);
  const customer = await newCustomer('year', 2_027);
  await subscribe(server, customer.sandbox, { planCode: 'pro', trial: false });
  let upgradedAt = start;
  const atPeriod = {
    // In July at once, by the second; back with the year's end.
    3: async () => {
      const { subscription, message } = await ask(server, await customer.person(), 'changePlan', {
        planCode: 'business',
        when: 'NOW',
      });
      assert.equal(subscription?.plan.code, 'business', message);
      customer.grow(8_000_000);
      upgradedAt = new Date((periods[3]!.startsAt.getTime() + periods[3]!.endsAt.getTime()) / 2);
    },
    8: async () => {
      const change = { planCode: 'pro', when: 'PERIOD_END' };
      const { subscription, message } = await ask(server, await customer.person(), 'changePlan', change);
      assert.equal(subscription?.pendingPlanCode, 'pro', message);
    },
  };
  await live(customer, periods, { atPeriod });
  // Half of a month is settled: what is left of 49.00 is given back, and the same of 499.00 is asked for.
  const changed = upgradedAt.toISOString().slice(0, 13);
  assert.deepEqual(await itemsOf(customer), [
    ...paidFromTheStart.slice(0, 4).map((from) => `SUBSCRIPTION 4900 ${from}`),
    ...[`PRORATION_CHARGE 24950 ${changed}`, `PRORATION_CREDIT -2450 ${changed}`],
    ...paidFromTheStart.slice(4, 9).map((from) => `SUBSCRIPTION 49900 ${from}`),
    ...paidFromTheStart.slice(9).map((from) => `SUBSCRIPTION 4900 ${from}`),
  ]);
  const difference = await differenceOf(customer);
  const { acts } = customer;
  const stretches = periods.flatMap((of, index): Stretch[] =>
    index === 3
      ? [
          { startsAt: of.startsAt, endsAt: upgradedAt, plan: 'pro', of },
          { startsAt: upgradedAt, endsAt: of.endsAt, plan: 'business', of },
        ]
      : [{ ...of, plan: index > 3 && index < 9 ? 'business' : 'pro', of }],
  );
  // Twelve prices and the one that begins the next year, and the change.
  const bills = await checkBills(customer, stretches, 8n * 4_900n + 5n * 49_900n + 24_950n - 2_450n);
  report('a billing year', { ...customer.counts(), rows: acts.length, difference, ...bills });
  assert.deepEqual([difference, bills.centsOff], [0, 0]);
  assert.ok(bills.invoicesChecked >= 13, String(bills.invoicesChecked));
  assert.ok(acts.length >= 80, String(acts.length));
});

test('a year that begins with a trial balances every month, and only the trial is free', async () => {
  const customer = await newCustomer('trial', 1_984);
  await subscribe(server, customer.sandbox, { planCode: 'pro' });
  await live(customer, periodsOf(afterTrial), { freePeriods: 1 });
  assert.deepEqual(
    await itemsOf(customer),
    afterTrial.slice(1).map((from) => `SUBSCRIPTION 4900 ${from}`),
  );
  const difference = await differenceOf(customer);
  const [trial, ...paid] = periodsOf(afterTrial);
  assert.ok(customer.acts.some((act) => inPeriod(trial!, act)));
  const stretches = paid.map((of): Stretch => ({ ...of, plan: 'pro', of }));
  const bills = await checkBills(customer, stretches, 12n * 4_900n);
  report('a billing year', { ...customer.counts(), rows: customer.acts.length, difference, ...bills });
  assert.deepEqual([difference, bills.centsOff], [0, 0]);
});

test('a clock that stands where nobody asked moves no money: a customer who never subscribed has no bill', async () => {
  const customer = await newCustomer('free', 7);
  await customer.use(3);
  await customer.goTo(new Date('2028-03-31T10:20:30.000Z'));
  await customer.use(3);
  assert.deepEqual(await itemsOf(customer), []);
  assert.equal(await differenceOf(customer), 0);
});
