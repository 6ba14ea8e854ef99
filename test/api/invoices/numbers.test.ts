import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { query } from '../../harness/database.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { ask, standing, subscribe } from '../billing/billing.ts';
import { invoicesOf } from './bills.ts';

const clock = movableClock(new Date('2027-01-31T10:20:30.000Z'));
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

const inParallel = 50;

test(`${inParallel} bills at once, a third of which are rolled back: no number is missing, and none is there twice`, async () => {
  const people: Person[] = [];
  while (people.length < inParallel) {
    people.push(...(await Promise.all(Array.from({ length: 10 }, () => signUp(server, 'counted')))));
  }
  // After the bill has its number, and before it is committed.
  await query(
    server.databaseUrl,
    `create function "fail_third"() returns trigger language plpgsql as $$ begin
        if new."action" = 'subscribe' and hashtext(new."organizationId"::text) % 3 = 0 then raise exception 'rolled back'; end if;
        return new;
      end $$;
      create trigger "fail_third" before insert on "AuditEntry" for each row execute function "fail_third"()`,
  );
  const input = { planCode: 'pro', trial: false };
  const outcomes = await Promise.allSettled(people.map((person) => subscribe(server, person, input)));
  await query(server.databaseUrl, 'drop trigger "fail_third" on "AuditEntry"');
  const failed = outcomes.filter(({ status }) => status === 'rejected').length;
  assert.ok(failed > 0 && failed < inParallel, String(failed));
  const rows = await query(server.databaseUrl, `select "number", "seriesNumber"::int as n from "Invoice" order by 2`);
  assert.deepEqual(
    rows.map(({ n }) => n),
    Array.from({ length: inParallel - failed }, (_, index) => index + 1),
  );
  assert.equal(rows[0]?.['number'], 'INV-2027-000001');
});

const program = fileURLToPath(new URL('../../../server/src/cli/invoices.ts', import.meta.url));

/** `npm run invoices -- …` */
async function desk(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: server.databaseUrl };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

test('by hand: past due, given up, paid, and credited to the last cent and no further', async () => {
  const person = await signUp(server, 'desk');
  const organizationId = uuidOf(person.organizationId);
  assert.equal((await desk('list', '--organization', organizationId)).out, 'no bill was made\n');
  for (const wrong of [
    ['tax', 'me', '2100'],
    ['tax', '', '2100'],
    ['list', '--organization', 'me'],
  ]) {
    const refused = await desk(...wrong);
    assert.deepEqual([refused.code, refused.err.split(' by its id')[0]], [2, 'Name the organization']);
  }
  assert.equal((await desk('tax', person.organizationId, '2100')).code, 0, 'under the id that the API tells');
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, person);
  const number = bill?.number as string;
  assert.equal(bill?.totalMinor, 5_929);
  const stateOf = async () => (await standing(server, person)).subscription.state as string;

  assert.match((await desk('failed', number)).out, /past due/);
  assert.equal(await stateOf(), 'PAST_DUE');
  await desk('failed', number, '--final');
  assert.equal(await stateOf(), 'GRACE');
  assert.match((await desk('paid', number, '--reference', 'transfer 7')).out, /59\.29 EUR noted as paid/);
  assert.equal(await stateOf(), 'ACTIVE');
  assert.match((await desk('paid', number, '--reference', 'transfer 7')).out, /noted already/);
  assert.deepEqual((await desk('paid', number, '--reference', 'transfer 8')).code, 1);

  // Three credits of a third: taxes of each are rounded, all of them together are the bill's.
  for (const amount of ['1633', '1633', '1634']) {
    assert.equal((await desk('credit', number, '--amount', amount, '--note', 'sorry')).code, 0);
  }
  const tooMuch = await desk('credit', number, '--amount', '1', '--note', 'sorry');
  assert.deepEqual([tooMuch.code, tooMuch.err.includes('0 are left')], [1, true]);
  const bills = await invoicesOf(server, person);
  assert.deepEqual(
    bills.map(({ number: name, totalMinor }) => [name.replace(/-.*/, ''), totalMinor]),
    [
      ['INV', 5_929],
      ['CN', -1_976],
      ['CN', -1_976],
      ['CN', -1_977],
    ],
  );
  assert.deepEqual([bills[0]?.creditedMinor, bills[0]?.state, bills[1]?.creditedNumber], [5_929, 'PAID', number]);
  assert.equal((await desk('credit', bills[1]?.number, '--note', 'again')).code, 1);
  assert.equal((await desk('paid', 'INV-2027-999999')).code, 1);
  assert.equal((await desk('nothing')).code, 2);
  const audit = await query(
    server.databaseUrl,
    `select "action" from "AuditEntry" where "organizationId" is null order by "id"`,
  );
  assert.equal(audit.length, 1 + 2 + 2 + 3);
});

test('what comes back of a larger plan waits for bills that have something to take it from', async () => {
  const person = await signUp(server, 'credit');
  await subscribe(server, person, { planCode: 'business', trial: false });
  await ask(server, person, 'changePlan', { planCode: 'pro', when: 'NOW' });
  assert.equal((await invoicesOf(server, person)).length, 1);
  await ask(server, person, 'changePlan', { planCode: 'business', when: 'NOW' });
  const sums = await query(
    server.databaseUrl,
    `select sum("amountMinor")::int as items,
        (select sum(l."amountMinor")::int from "InvoiceLine" l where l."organizationId" = i."organizationId") as billed,
        coalesce(sum("amountMinor") filter (where "invoiceId" is null), 0)::int as waiting
      from "BillableItem" i where "organizationId" = '${uuidOf(person.organizationId)}'
      group by "organizationId"`,
  );
  const [{ items, billed, waiting } = {}] = sums;
  assert.deepEqual([items, Number(billed) + Number(waiting)], [49_900, 49_900]);
});
