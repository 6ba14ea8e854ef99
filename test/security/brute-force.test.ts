import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, newPerson } from '../harness/accounts.ts';
import { graphql } from '../harness/graphql.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { password } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { isLong, report } from './report.ts';

/** Evaluations that an account may cost in a quarter of an hour, and guesses that are made at it. */
const maxEvaluations = 20;
const guesses = isLong ? 10_000 : 1_000;
const windowMs = 15 * 60_000;

const clock = movableClock();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock, env: { TRUSTED_PROXIES: '127.0.0.1' } });
});
after(() => server[Symbol.asyncDispose]());

/** Passwords hashed so far, as the server counts them itself. */
async function evaluations(): Promise<number> {
  const metric = server.app.metrics.getSingleMetric('sightline_password_evaluations_total');
  return (await metric?.get())?.values[0]?.value ?? 0;
}

let count = 0;
async function newVictim() {
  const email = `victim-${(count += 1)}@example.com`;
  const { deviceToken } = await call(server, 'signUp', newPerson(email));
  return { email, deviceToken: deviceToken as string };
}

const from = (place: number) => ({ headers: { 'x-forwarded-for': `203.0.${place >> 8}.${place & 255}` } });
const guess = (email: string, more: Record<string, unknown> = {}, place = 0) =>
  call(server, 'signIn', { email, password: 'a guess of somebody', ...more }, from(place));

async function attack(name: string, email: string, run: () => Promise<unknown>): Promise<void> {
  const already = await evaluations();
  const triedBefore = tried;
  await run();
  const cost = (await evaluations()) - already;
  report(
    'password guesses',
    { tried: tried - triedBefore, 'evaluations too many': Math.max(0, cost - maxEvaluations) },
    { [name]: cost },
  );
  assert.ok(tried - triedBefore >= guesses, `only ${tried - triedBefore} guesses`);
  assert.ok(cost > 0 && cost <= maxEvaluations, `${name} on ${email} cost ${cost} evaluations`);
}

let tried = 0;

/** Runs `work` for each number, forty at a time: who is held off waits as long as a hash takes. */
async function each(total: number, work: (index: number) => Promise<unknown>, guessesEach = 1): Promise<void> {
  tried += total * guessesEach;
  let next = 0;
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      while (next < total) await work(next++);
    }),
  );
}

const aliasesOf = (email: string, many: number) =>
  `mutation { ${Array.from(
    { length: many },
    (_, index) => `a${index}: signIn(input: { email: "${email}", password: "guess number ${index}" }) { __typename }`,
  ).join(' ')} }`;

test('guesses one after the other, however the address is written', async () => {
  const { email } = await newVictim();
  const written = [email, email.toUpperCase(), ` ${email}`, `${email} `];
  await attack('plain', email, () => each(guesses, (index) => guess(written[index % 4] ?? email)));
});

test('guesses by aliases in one operation, and by operations in one request', async () => {
  const { email } = await newVictim();
  await attack('aliases', email, () => each(guesses / 10, () => graphql(server, aliasesOf(email, 10)), 10));
  const batch = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Array.from({ length: 100 }, () => ({ query: aliasesOf(email, 1) }))),
  });
  assert.equal(batch.status, 400);
  assert.match(await batch.text(), /BATCHING_NOT_SUPPORTED/);
});

test('guesses from many addresses at once', async () => {
  const { email } = await newVictim();
  await attack('many addresses', email, () => each(guesses, (index) => guess(email, {}, index % 100)));
});

test('guesses with tokens of devices that are made up, or somebody else’s', async () => {
  const { email } = await newVictim();
  const other = await newVictim();
  const made = `slv_${'A'.repeat(43)}`;
  await attack('device tokens', email, () =>
    each(guesses, (index) => guess(email, { deviceToken: [made, other.deviceToken][index % 2] }, index % 100)),
  );
});

test('guesses at all that takes a password, spread over a quarter of an hour in the worst way', async () => {
  const { email, deviceToken } = await newVictim();
  const { token } = await call(server, 'signIn', { email, password, deviceToken });
  const change = { currentPassword: 'a guess of somebody', newPassword: 'another long password' };
  await attack('all ways', email, async () => {
    for (let minute = 0; minute < 15; minute += 1) {
      await each(Math.ceil(guesses / 15), () => guess(email, {}, minute));
      await each(5, () => guess(email, { deviceToken }));
      await each(5, () => call(server, 'changePassword', change, { token }));
      clock.advance({ ms: minute === 14 ? 0 : windowMs / 15 });
    }
  });
});

test('the owner gets in from a device they used before while strangers are held off', async () => {
  const { email, deviceToken } = await newVictim();
  await each(30, () => guess(email));
  const refused = await call(server, 'signIn', { email, password });
  assert.equal(refused.code, 'TOO_MANY_ATTEMPTS');
  assert.ok(refused.retryAfterMs > 0 && refused.retryAfterMs <= windowMs * 1.2, String(refused.retryAfterMs));
  const signedIn = await call(server, 'signIn', { email, password, deviceToken });
  assert.equal(signedIn.__typename, 'SignInPayload');
  assert.equal(signedIn.deviceToken, deviceToken);
  clock.advance({ ms: refused.retryAfterMs });
  assert.equal((await call(server, 'signIn', { email, password })).__typename, 'SignInPayload');
});

test('signing in rightly, however often, holds nobody off', async () => {
  const { email } = await newVictim();
  await each(30, async () => {
    assert.equal((await call(server, 'signIn', { email, password })).__typename, 'SignInPayload');
  });
});

test('one password tried on many accounts from one place is held off, too', async () => {
  const codes = new Map<string, number>();
  await each(400, async (index) => {
    const { code } = await guess(`sprayed-${index}@example.com`, {}, 999);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  });
  assert.equal(codes.get('CREDENTIALS_INVALID'), 300);
  assert.equal(codes.get('TOO_MANY_ATTEMPTS'), 100);
});
