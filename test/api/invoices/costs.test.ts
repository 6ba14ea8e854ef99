import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password } from '../../harness/people.ts';
import { switchTo } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { ask, subscribe } from '../billing/billing.ts';
import { stepUp } from '../second-factor/calls.ts';
import { invoicesOf, newCustomer, use } from './bills.ts';

const clock = movableClock(new Date('2027-01-31T10:20:30.000Z'));
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

type Customer = Awaited<ReturnType<typeof newCustomer>>;

/** Somebody who has just proved who they are, there. */
async function again({ sandbox }: Customer): Promise<{ token: string }> {
  const token = await switchTo(server, sandbox.owner, sandbox.organizationId);
  await stepUp(server, token, { password });
  return { token };
}

const lineFields = 'meter quantity included unitAmountMinor perUnits amountMinor';
async function costsOf(person: { token: string }): Promise<Record<'costSoFar' | 'forecast', Answer>> {
  const cost = `{ baseMinor totalMinor lines { ${lineFields} } }`;
  return (await graphql(server, `{ costSoFar ${cost} forecast ${cost} }`, {}, person)).expectData() as never;
}

test('after a change of plan, costs say what the bill says', async () => {
  const customer = await newCustomer(server, 'halves');
  await subscribe(server, customer.sandbox, { planCode: 'pro', trial: false });
  await use(server, customer.sandbox, 800_000, clock.now());
  await customer.goOn('P14D');
  const person = await again(customer);
  const before = await costsOf(person);
  assert.equal(before.costSoFar['totalMinor'], 4_900);

  assert.equal((await ask(server, person, 'changePlan', { planCode: 'business', when: 'NOW' })).code, undefined);
  const told = await costsOf(person);

  await customer.goOn('P14D');
  const bills = await invoicesOf(server, await again(customer));
  const lines = bills.at(-1)!['lines'].filter(({ meter }: Answer) => meter !== null);
  const sameFields = lines.map(({ meter, quantity, included, unitAmountMinor, perUnits, amountMinor }: Answer) => {
    return { meter, quantity, included, unitAmountMinor, perUnits, amountMinor };
  });
  assert.deepEqual(told.costSoFar['lines'], sameFields);
  // The price of the first period, what the change settled, and the usage of both halves.
  const settledMinor = bills
    .slice(0, -1)
    .flatMap((bill) => bill['lines'] as Answer[])
    .reduce((sum, { amountMinor }) => sum + Number(amountMinor), 0);
  const usageMinor = sameFields.reduce((sum: number, { amountMinor }: Answer) => sum + Number(amountMinor), 0);
  assert.equal(told.costSoFar['baseMinor'], settledMinor);
  assert.equal(told.costSoFar['totalMinor'], settledMinor + usageMinor);
});

test('what is used in a trial costs nothing, and is said to', async () => {
  const customer = await newCustomer(server, 'trying');
  await subscribe(server, customer.sandbox, { planCode: 'pro' });
  await use(server, customer.sandbox, 1_500_000, clock.now());
  const { costSoFar, forecast } = await costsOf(customer.sandbox);
  assert.deepEqual([costSoFar['totalMinor'], forecast['totalMinor']], [0, 0]);
});
