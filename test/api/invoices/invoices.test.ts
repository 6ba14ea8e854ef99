import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { joinAs, password, signUp, uuidOf } from '../../harness/people.ts';
import { switchTo } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { report } from '../../ledger/report.ts';
import { ask, subscribe } from '../billing/billing.ts';
import { stepUp } from '../second-factor/calls.ts';
import { fileOf, invoiceFields, invoicesOf, newCustomer, use } from './bills.ts';

const start = new Date('2027-01-31T10:20:30.000Z');
const clock = movableClock(start);
const seller = {
  ...{ SELLER_NAME: 'Sightline GmbH', SELLER_ADDRESS: 'Hauptstraße 1\\n10115 Berlin', SELLER_COUNTRY: 'Germany' },
  SELLER_TAX_NUMBER: 'DE123456789',
};
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock, env: seller });
});
after(() => server[Symbol.asyncDispose]());

const again = async (customer: Awaited<ReturnType<typeof newCustomer>>) => ({
  token: await switchTo(server, customer.sandbox.owner, customer.sandbox.organizationId),
});

test('a first period is billed when it begins, and its usage when it ends: each line is usage times its price', async () => {
  const customer = await newCustomer(server, 'billed');
  await query(
    server.databaseUrl,
    `insert into "BillingAccount" ("organizationId", "name", "address", "country", "taxNumber", "taxBasisPoints", "updatedAt")
      values ('${uuidOf(customer.sandbox.organizationId)}', 'Łódź Vision, Inc. “Ω”', E'1 Long Street\\nSpringfield', 'Poland', 'PL42', 2100, now())`,
  );
  await subscribe(server, customer.sandbox, { planCode: 'pro', trial: false });
  await customer.goOn('PT1H');
  const [first, ...none] = await invoicesOf(server, await again(customer));
  assert.deepEqual([first?.totalMinor, none.length], [5_929, 0]);
  assert.deepEqual(
    first?.lines.map(({ description, quantity, amountMinor }: Record<string, unknown>) => [
      description,
      quantity,
      amountMinor,
    ]),
    [['Pro', 1, 4_900]],
  );

  await use(server, customer.sandbox, 1_500_123, clock.now());
  await customer.goOn('P28D');
  const [, second, ...others] = await invoicesOf(server, await again(customer));
  assert.deepEqual(others, []);
  assert.ok(second);
  assert.deepEqual(
    second.lines.map((line: Record<string, unknown>) => [
      ...[line['description'], line['quantity'], line['included'], line['unitAmountMinor'], line['perUnits']],
      line['amountMinor'],
    ]),
    [
      ['Pro', 1, 0, 4_900, 1, 4_900],
      // 500 123 × 50 ÷ 1 000 = 25 006.15 cents.
      ['Predictions on Pro, 1,000,000 included', 1_500_123, 1_000_000, 50, 1_000, 25_006],
      ['Session time, in seconds on Pro, 720,000 included', 0, 720_000, 5, 3_600, 0],
    ],
  );
  assert.deepEqual(
    [second.subtotalMinor, second.taxBasisPoints, second.taxMinor, second.totalMinor, second.currency, second.state],
    [29_906, 2_100, 6_280, 36_186, 'EUR', 'OPEN'],
  );
  assert.deepEqual(second.seller, {
    ...{ name: 'Sightline GmbH', address: 'Hauptstraße 1\n10115 Berlin', country: 'Germany', taxNumber: 'DE123456789' },
  });
  assert.equal(second.buyer.address, '1 Long Street\nSpringfield');
  assert.equal(second.periodEndsAt, '2027-02-28T10:00:00.000Z');
  assert.equal(Date.parse(second.dueAt) - Date.parse(second.issuedAt), 14 * 86_400_000);
  const tail = uuidOf(customer.sandbox.organizationId).slice(-12);
  assert.deepEqual([first.number, second.number], [`TEST-${tail}-INV-2027-000001`, `TEST-${tail}-INV-2027-000002`]);
  report('bills', { invoicesChecked: 2, centsOff: 0 });
});

test('what is reported after the bill is on the next one, and all together is what one bill would have been', async () => {
  const customer = await newCustomer(server, 'late');
  await subscribe(server, customer.sandbox, { planCode: 'pro', trial: false });
  await use(server, customer.sandbox, 900_001, clock.now());
  await customer.goOn('P28D');
  // The sidecar was cut off, and knows our time alone: 28 days behind that of the sandbox.
  await use(server, customer.sandbox, 600_001, new Date(clock.now().getTime() - 20 * 86_400_000));
  await customer.goOn('P31D');
  const bills = await invoicesOf(server, await again(customer));
  const lines = bills.flatMap((bill) => bill.lines.filter(({ meter }: { meter: unknown }) => meter === 'PREDICTIONS'));
  const february = lines.filter(({ periodEndsAt }) => periodEndsAt === '2027-02-28T10:00:00.000Z');
  assert.deepEqual(
    february.map(({ quantity, included, amountMinor }) => [quantity, included, amountMinor]),
    [
      [900_001, 1_000_000, 0],
      [600_001, 99_999, 25_000],
    ],
  );
  assert.equal(
    february.reduce((sum, { amountMinor }) => sum + Number(amountMinor), 0),
    Math.round(500_002 * 0.05),
  );
});

test('a plan that is changed in the last hour says nothing about the weeks before', async () => {
  const customer = await newCustomer(server, 'hopper');
  await subscribe(server, customer.sandbox, { planCode: 'pro', trial: false });
  await use(server, customer.sandbox, 15_000_000, clock.now());
  await customer.goOn('P27DT22H');
  const person = await again(customer);
  const changed = await changePlan(person);
  assert.equal(changed, 'business');
  await customer.goOn('PT4H');
  const bills = await invoicesOf(server, await again(customer));
  const usage = bills.at(-1)?.lines.filter(({ meter }: { meter: unknown }) => meter === 'PREDICTIONS');
  const hours = 28 * 24;
  assert.deepEqual(
    usage.map((line: Record<string, unknown>) => [line['quantity'], line['included'], line['unitAmountMinor']]),
    [
      [15_000_000, Math.ceil((1_000_000 * (hours - 2)) / hours), 50],
      [0, Math.ceil((20_000_000 * 2) / hours), 30],
    ],
  );
});

async function changePlan(person: { token: string }) {
  await stepUp(server, person.token, { password });
  const { subscription } = await ask(server, person, 'changePlan', { planCode: 'business', when: 'NOW' });
  return subscription?.plan.code;
}

test('a bill is the same bytes whenever it is made, as a page and as a table', async () => {
  const customer = await newCustomer(server, 'bytes');
  await subscribe(server, customer.sandbox, { planCode: 'business', trial: false });
  await customer.goOn('P29D');
  const { token } = await again(customer);
  const [, bill] = await invoicesOf(server, { token });
  await using other = await startTestServer({
    clock,
    databaseUrl: server.databaseUrl,
    env: { SELLER_NAME: 'Renamed' },
  });
  for (const [path, type] of [
    [bill?.pdfPath, 'application/pdf'],
    [bill?.csvPath, 'text/csv; charset=utf-8'],
  ]) {
    const once = await fileOf(server, path, token);
    assert.deepEqual([once.status, once.headers.get('content-type')], [200, type]);
    await query(server.databaseUrl, `update "Invoice" set "state" = 'PAID' where "number" = '${bill?.number}'`);
    clock.advance({ ms: 60_000 });
    assert.ok(once.bytes.equals((await fileOf(other, path, token)).bytes));
  }
  const csv = (await fileOf(server, bill?.csvPath, token)).bytes.toString();
  assert.equal(csv.split('\r\n').length, 1 + bill?.lines.length + 1);
  assert.match(csv, /^number,kind,issued_at,currency,/);
});

test('bills are there for who may see them, and for nobody else', async () => {
  const customer = await newCustomer(server, 'private');
  await subscribe(server, customer.sandbox, { planCode: 'pro', trial: false });
  await customer.goOn('PT1H');
  const [bill] = await invoicesOf(server, await again(customer));
  const stranger = await signUp(server, 'stranger');
  const viewer = await joinAs(server, customer.sandbox, 'VIEWER');
  for (const { token } of [stranger, viewer]) {
    assert.equal((await fileOf(server, bill?.pdfPath, token)).status, 404);
    assert.equal((await fileOf(server, bill?.csvPath, token)).status, 404);
  }
  assert.equal((await fileOf(server, bill?.pdfPath, null)).status, 401);
  const text = `query ($id: ID!) { invoice(id: $id) { ${invoiceFields} } node(id: $id) { id } }`;
  assert.deepEqual((await graphql(server, text, { id: bill?.id }, stranger)).expectData(), {
    invoice: null,
    node: null,
  });
  (await graphql(server, '{ invoices { edges { cursor } } }', {}, viewer)).expectCode('FORBIDDEN');
  const billing = await joinAs(server, customer.sandbox, 'BILLING');
  assert.equal((await fileOf(server, bill?.pdfPath, billing.token)).status, 200);
});
