import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Answer } from '../../harness/answer.ts';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { joinAs, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { createSandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { standing, subscribe } from '../billing/billing.ts';
import { invoicesOf } from '../invoices/bills.ts';
import { eventOf, signatureOf, startFakeStripe, tell } from './fake-stripe.ts';

const clock = movableClock(new Date('2027-01-31T10:20:30.000Z'));
let stripe: Awaited<ReturnType<typeof startFakeStripe>>;
let server: TestServer;
before(async () => {
  stripe = await startFakeStripe();
  server = await startTestServer({ clock, env: stripe.env });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await stripe[Symbol.asyncDispose]();
});

async function customer(mark: string): Promise<{ person: Person; bill: Answer }> {
  const person = await signUp(server, mark);
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, person);
  return { person, bill: bill as Answer };
}

const pages = `... on PaymentPagePayload { url } ... on UserError { code message }`;
async function checkout(at: { url: string }, person: Pick<Person, 'token'>, invoiceId: string, returnTo = '/billing') {
  const text = `mutation ($input: StartCheckoutInput!) { startCheckout(input: $input) { __typename ${pages} } }`;
  return graphql(at, text, { input: { invoiceId, returnTo } }, person);
}
const portalText = `mutation ($input: OpenBillingPortalInput!) { openBillingPortal(input: $input) { __typename ${pages} } }`;

const told = (event: string, at = clock.now()) => tell(server, event, signatureOf(event, at));
const intentOf = (bill: Answer, person: Person, id: string, amount = bill.totalMinor) => ({
  ...{ id, object: 'payment_intent', amount, currency: 'eur' },
  metadata: { invoiceId: uuidOf(bill.id), organizationId: uuidOf(person.organizationId) },
});

test('a bill is paid on a page of the provider, for what is due of it, by one customer', async () => {
  const { person, bill } = await customer('checkout');
  const before = stripe.asked.length;
  for (let time = 0; time < 2; time += 1) {
    const answer = (await checkout(server, person, bill.id)).expectData().startCheckout;
    assert.equal(answer.url, 'https://checkout.example/1');
  }
  const asked = stripe.asked.slice(before);
  assert.deepEqual(
    asked.map(({ path }) => path),
    ['/v1/customers', '/v1/checkout/sessions', '/v1/checkout/sessions'],
  );
  const { form } = asked[1]!;
  assert.deepEqual(
    [form['line_items[0][price_data][unit_amount]'], form['line_items[0][price_data][currency]'], form['mode']],
    ['4900', 'eur', 'payment'],
  );
  assert.equal(form['payment_intent_data[metadata][invoiceId]'], uuidOf(bill.id));
  assert.equal(form['success_url'], `${server.url}/billing`);
  const portal = (await graphql(server, portalText, { input: { returnTo: '/billing' } }, person)).expectData();
  assert.equal(portal.openBillingPortal.url, 'https://portal.example/1');

  const paid = eventOf('payment_intent.succeeded', intentOf(bill, person, 'pi_page'), {
    id: 'evt_page',
    at: clock.now(),
  });
  assert.equal((await told(paid)).status, 200);
  const [after] = await invoicesOf(server, person);
  assert.deepEqual([after?.state, after?.dueMinor], ['PAID', 0]);
  const refused = (await checkout(server, person, bill.id)).expectData().startCheckout;
  assert.equal(refused.code, 'INVOICE_CHANGE_REFUSED');
});

test('nobody is sent elsewhere from the page of the provider', async () => {
  const { person, bill } = await customer('redirect');
  for (const path of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'javascript:1',
  ]) {
    (await checkout(server, person, bill.id, path)).expectCode('INPUT_INVALID');
  }
});

test('what the provider refuses is told as theirs, without a word about our account', async () => {
  const { person, bill } = await customer('refused');
  stripe.state.refuses = true;
  try {
    const { code, message } = (await checkout(server, person, bill.id)).expectData().startCheckout;
    assert.deepEqual([code, message], ['PAYMENT_FAILED', 'The payment provider refused this payment.']);
  } finally {
    stripe.state.refuses = false;
  }
});

test('a payment that fails makes past due, one that comes through makes good, and each is listed', async () => {
  const { person, bill } = await customer('dunned');
  const failed = eventOf('payment_intent.payment_failed', intentOf(bill, person, 'pi_d1'), {
    id: 'evt_d1',
    at: clock.now(),
  });
  await told(failed);
  assert.equal((await standing(server, person)).subscription.state, 'PAST_DUE');
  const less = eventOf('payment_intent.succeeded', intentOf(bill, person, 'pi_d2', 4_000), {
    id: 'evt_d2',
    at: clock.now(),
  });
  await told(less);
  assert.equal((await standing(server, person)).subscription.state, 'PAST_DUE');
  assert.equal((await invoicesOf(server, person))[0]?.dueMinor, 900);
  const rest = eventOf('payment_intent.succeeded', intentOf(bill, person, 'pi_d3', 900), {
    id: 'evt_d3',
    at: clock.now(),
  });
  await told(rest);
  assert.equal((await standing(server, person)).subscription.state, 'ACTIVE');
  const { payments } = (
    await graphql(server, '{ payments { edges { node { state amountMinor invoiceNumber provider } } } }', {}, person)
  ).expectData();
  assert.deepEqual(
    payments.edges.map(({ node }: Answer) => [node.state, node.amountMinor, node.invoiceNumber, node.provider]),
    [
      ['SUCCEEDED', 900, bill.number, 'STRIPE'],
      ['SUCCEEDED', 4_000, bill.number, 'STRIPE'],
      ['FAILED', 4_900, bill.number, 'STRIPE'],
    ],
  );
});

test('an event about somebody else’s bill, another currency or nothing of ours changes nothing', async () => {
  const { person, bill } = await customer('mine');
  const { person: other } = await customer('other');
  const intent = intentOf(bill, person, 'pi_x');
  const wrong = [
    { ...intent, metadata: { ...intent.metadata, organizationId: uuidOf(other.organizationId) } },
    { ...intent, currency: 'usd' },
    { ...intent, metadata: {} },
    { ...intent, amount: -1 },
    { ...intent, amount: 'all of it' },
    { ...intent, metadata: { ...intent.metadata, invoiceId: 'nonsense' } },
  ];
  for (const [index, object] of wrong.entries()) {
    const event = eventOf('payment_intent.succeeded', object, { id: `evt_x${index}`, at: clock.now() });
    assert.equal((await told(event)).status, 200);
  }
  assert.equal((await invoicesOf(server, person))[0]?.state, 'OPEN');
});

test('nothing of a sandbox reaches the provider', async () => {
  const sandbox = await createSandbox(server, 'nothing');
  await subscribe(server, sandbox, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, sandbox);
  const before = stripe.asked.length;
  assert.equal((await checkout(server, sandbox, bill?.id)).expectData().startCheckout.url, null);
  assert.equal(stripe.asked.length, before);
});

test('without a provider bills are paid by transfer, and its events are believed from nobody', async () => {
  await using manual = await startTestServer({ clock });
  const person = await signUp(manual, 'manual');
  await subscribe(manual, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(manual, person);
  assert.equal((await checkout(manual, person, bill?.id)).expectData().startCheckout.url, null);
  const event = eventOf('payment_intent.succeeded', intentOf(bill as Answer, person, 'pi_m'), {
    id: 'e',
    at: clock.now(),
  });
  const refused = await tell(manual, event, signatureOf(event, clock.now()));
  assert.deepEqual([refused.status, refused.text.includes('WEBHOOK_REFUSED')], [400, true]);
});

test('what bills say about the buyer is theirs to say, what they are taxed by is not', async () => {
  const person = await signUp(server, 'details');
  const text = 'mutation ($input: SetBillingDetailsInput!) { setBillingDetails(input: $input) { isSet } }';
  const input = { name: 'Buyer Ltd', address: '1 Street\nTown', country: 'Spain', taxNumber: 'ES1' };
  (await graphql(server, text, { input }, person)).expectData();
  (await graphql(server, text, { input: { ...input, taxBasisPoints: 0 } }, person)).expectCode(
    'GRAPHQL_VALIDATION_FAILED',
  );
  await query(
    server.databaseUrl,
    `update "BillingAccount" set "taxBasisPoints" = 770 where "organizationId" = '${uuidOf(person.organizationId)}'`,
  );
  (await graphql(server, text, { input }, person)).expectData();
  await subscribe(server, person, { planCode: 'pro', trial: false });
  const [bill] = await invoicesOf(server, person);
  assert.deepEqual(bill?.buyer, input);
  // 4900 × 7.7 % = 377.3
  assert.deepEqual([bill?.taxMinor, bill?.totalMinor], [377, 5_277]);
  const kept = '{ viewer { organization { billingDetails { name address country taxNumber } } } }';
  const keptFor = async (who: Person) =>
    (await graphql(server, kept, {}, who)).expectData().viewer.organization.billingDetails as unknown;
  assert.deepEqual(await keptFor(person), input);
  assert.deepEqual(await keptFor(await joinAs(server, person, 'BILLING')), input);
  assert.equal(await keptFor(await joinAs(server, person, 'VIEWER')), null);
});
