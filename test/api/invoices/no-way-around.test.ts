import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { signIn, signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { ask, subscribe } from '../billing/billing.ts';
import { invoicesOf, use } from './bills.ts';

const clock = movableClock(new Date('2027-03-01T10:20:30.000Z'));
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

const billsOf = (organizationId: string) =>
  query(
    server.databaseUrl,
    `select "state"::text, "totalMinor"::int as "total" from "Invoice"
      where "organizationId" = '${uuidOf(organizationId)}' order by "id"`,
  );

test('whoever cancels at once pays for the hour that has begun, too', async () => {
  const { email, ...first } = await signUp(server, 'canceler');
  await subscribe(server, first, { planCode: 'pro', trial: false });
  clock.advance({ ms: 45 * 60_000 });
  const person = await signIn(server, email);
  await use(server, person, 1_200_000, clock.now());
  await ask(server, person, 'cancelSubscription', { atPeriodEnd: false });
  const [, last] = await invoicesOf(server, person);
  // 11:05: of the 10:00 and the 11:00 hours.
  assert.equal(last?.periodEndsAt, '2027-03-01T12:00:00.000Z');
  const [line] = last?.lines ?? [];
  assert.deepEqual([line.quantity, line.amountMinor], [1_200_000, 10_000]);
});

test('whoever deletes their organization gets its last bill, and it stays', async () => {
  const person = await signUp(server, 'deleter');
  await subscribe(server, person, { planCode: 'pro', trial: false });
  await use(server, person, 1_200_000, clock.now());
  const { name } = (await graphql(server, '{ viewer { organization { name } } }', {}, person)).expectData().viewer
    .organization;
  const text = 'mutation ($name: String!) { deleteOrganization(input: { name: $name }) { __typename } }';
  const answer = (await graphql(server, text, { name }, person)).expectData();
  assert.equal(answer.deleteOrganization.__typename, 'DeleteOrganizationPayload');
  assert.deepEqual(await billsOf(person.organizationId), [
    { state: 'OPEN', total: 4_900 },
    { state: 'OPEN', total: 10_000 },
  ]);
});

test('whoever has themselves erased leaves the last bill of what was theirs alone', async () => {
  const person = await signUp(server, 'erased');
  await subscribe(server, person, { planCode: 'pro', trial: false });
  await use(server, person, 1_200_000, clock.now());
  const text = 'mutation ($email: String!) { eraseMe(input: { email: $email }) { __typename } }';
  (await graphql(server, text, { email: person.email }, person)).expectData();
  await until(async () => (await billsOf(person.organizationId)).length === 2);
  assert.deepEqual((await billsOf(person.organizationId))[1], { state: 'OPEN', total: 10_000 });
});
