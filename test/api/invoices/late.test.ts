import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { createInvoices } from '@sightline/server/domain/billing/invoices/create-invoices';
import { movableClock } from '../../harness/movable-clock.ts';
import { signIn, signUp, uuidOf } from '../../harness/people.ts';
import { advanceClock } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { ask, subscribe } from '../billing/billing.ts';
import { invoicesOf, newCustomer, use } from './bills.ts';

const clock = movableClock(new Date('2027-03-01T10:20:30.000Z'));
const day = 86_400_000;
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

const seller = { name: 'Sightline', address: null, country: null, taxNumber: null };

test('what comes late for somebody who left is billed once, however many look, and nothing after it', async () => {
  await using system = openDatabase(server.databaseUrl, { maxConnections: 8 });
  const invoices = createInvoices({
    db: system.prisma,
    system: system.prisma,
    seller,
    clock: { nowOf: () => clock.now() },
  });
  let person = await signUp(server, 'gone');
  const organizationId = uuidOf(person.organizationId);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const usedAt = clock.now();
  await use(server, person, 900_000, usedAt);
  await ask(server, person, 'cancelSubscription', { atPeriodEnd: false });
  assert.ok((await invoices.organizations()).includes(organizationId));
  const look = () => Promise.all(Array.from({ length: 6 }, () => invoices.work(organizationId, clock.now())));
  const totals = async () => (await invoicesOf(server, person)).map(({ totalMinor }) => totalMinor as number);
  const before = await totals();

  // What is included is no bill.
  await use(server, person, 100_000, usedAt);
  clock.advance({ days: 2 });
  person = await signIn(server, person.email);
  await look();
  assert.deepEqual(await totals(), before);
  await use(server, person, 200_000, usedAt);
  // What is used after the end is on the free plan, and nobody's bill.
  await use(server, person, 700_000, clock.now());
  assert.equal(await invoices.next(organizationId, new Date(0)), null, 'no bill of yesterday');
  await look();
  assert.deepEqual(await totals(), [...before, 10_000]);
  await look();
  clock.advance({ days: 40 });
  person = await signIn(server, person.email);
  await look();
  assert.deepEqual(await totals(), [...before, 10_000]);

  // And once more, a day after that bill.
  await use(server, person, 1_000, usedAt);
  await look();
  assert.deepEqual(await totals(), [...before, 10_000, 50]);
});

test('in a sandbox that is moved on, too', async () => {
  const customer = await newCustomer(server, 'left');
  await subscribe(server, customer.sandbox, { planCode: 'pro', trial: false });
  const usedAt = clock.now();
  await ask(server, customer.sandbox, 'cancelSubscription', { atPeriodEnd: false });
  await use(server, customer.sandbox, 1_200_000, usedAt);
  await advanceClock(server, customer.sandbox, 'P3D');
  const bills = await invoicesOf(server, customer.sandbox);
  const last = bills.at(-1)!;
  assert.deepEqual([bills.length, last['totalMinor']], [3, 10_000]);
  // A day after the bill before it, not when somebody looked.
  assert.equal(Date.parse(last['issuedAt']) - Date.parse(bills[1]?.['issuedAt']), day);
});
