import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { authenticator, enroll } from '../../harness/totp.ts';
import { giveCode, givePassword, stateOf, stepUp, ticketOf } from './calls.ts';

const clock = movableClock();
const mailbox = createMailbox();
const nextStep = () => clock.advance({ ms: 30_000 });
let server: TestServer;

before(async () => {
  server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
});
after(() => server[Symbol.asyncDispose]());

describe('an authenticator', () => {
  test('protects nothing before its first code', async () => {
    const person = await signUp(server);
    const query = 'mutation { enrollTotp { ... on EnrollTotpPayload { secret uri } } }';
    const { secret, uri } = (await graphql(server, query, {}, person)).expectData().enrollTotp;
    assert.equal(new URL(uri).searchParams.get('secret'), secret);
    assert.equal((await givePassword(server, person.email)).__typename, 'SignInPayload');
    assert.deepEqual(await stateOf(server, person.token), { enabled: false, recoveryCodesLeft: 0 });

    // Asked again, the first secret is worth nothing.
    const again = (await graphql(server, query, {}, person)).expectData().enrollTotp;
    assert.notEqual(again.secret, secret);
    const confirm = 'mutation ($code: String!) { confirmTotp(input: { code: $code }) { ... on UserError { code } } }';
    const refused = await graphql(server, confirm, { code: authenticator(secret).codeAt(clock.now()) }, person);
    assert.deepEqual(refused.expectData().confirmTotp, { code: 'SECOND_FACTOR_INVALID' });
    const taken = await graphql(server, confirm, { code: authenticator(again.secret).codeAt(clock.now()) }, person);
    assert.deepEqual(taken.expectData().confirmTotp, {});
    assert.deepEqual(await stateOf(server, person.token), { enabled: true, recoveryCodesLeft: 10 });
    const subjects = [(await mailbox.next(person.email)).subject, (await mailbox.next(person.email)).subject];
    assert.deepEqual(subjects, ['A new device signed in', 'Your second factor was changed']);
  });

  test('is asked for after the password, and its code opens the sign-in', async () => {
    const person = await signUp(server);
    const { app } = await enroll(server, person, clock);
    nextStep();
    const first = await givePassword(server, person.email);
    assert.equal(first.__typename, 'SecondFactorRequired');
    assert.deepEqual(Object.keys(first).sort(), ['__typename', 'expiresAt', 'ticket']);
    // A ticket is no token.
    (await graphql(server, '{ viewer { role } }', {}, { token: first.ticket })).expectCode('UNAUTHENTICATED');
    const signedIn = await giveCode(server, first.ticket, app.codeAt(clock.now()));
    assert.equal(signedIn.__typename, 'SignInWithSecondFactorPayload', JSON.stringify(signedIn));
    assert.deepEqual(await stateOf(server, signedIn.token), { enabled: true, recoveryCodesLeft: 10 });
    assert.equal((await giveCode(server, first.ticket, app.codeAt(clock.now()))).code, 'TOKEN_INVALID');
  });

  test('gives codes that work once: not again, not for something else, not an older one', async () => {
    const person = await signUp(server);
    const { app } = await enroll(server, person, clock);
    const enrolledWith = app.codeAt(clock.now());
    assert.equal(
      (await giveCode(server, await ticketOf(server, person.email), enrolledWith)).code,
      'SECOND_FACTOR_INVALID',
    );
    nextStep();
    const present = app.codeAt(clock.now());
    assert.ok((await giveCode(server, await ticketOf(server, person.email), present)).token);
    assert.equal((await giveCode(server, await ticketOf(server, person.email), present)).code, 'SECOND_FACTOR_INVALID');
    assert.equal((await stepUp(server, person.token, { code: present })).code, 'SECOND_FACTOR_INVALID');
    assert.equal(
      (await giveCode(server, await ticketOf(server, person.email), enrolledWith)).code,
      'SECOND_FACTOR_INVALID',
    );
  });

  test('lets one of nine in who come with the same code at once', async () => {
    const person = await signUp(server);
    const { app } = await enroll(server, person, clock);
    nextStep();
    const tickets = await Promise.all(Array.from({ length: 9 }, () => ticketOf(server, person.email)));
    const code = app.codeAt(clock.now());
    const answers = await Promise.all(tickets.map((ticket) => giveCode(server, ticket, code)));
    assert.equal(answers.filter(({ token }) => token).length, 1, JSON.stringify(answers));
    assert.equal(answers.filter((each) => each.code === 'SECOND_FACTOR_INVALID').length, 8, JSON.stringify(answers));
  });

  test('forgives a clock that is one step off, and no more', async () => {
    const person = await signUp(server);
    const { app } = await enroll(server, person, clock);
    const at = (steps: number) => app.codeAt(new Date(clock.now().getTime() + steps * 30_000));
    clock.advance({ ms: 600_000 });
    for (const steps of [-2, 2, 10, -1000]) {
      const answer = await giveCode(server, await ticketOf(server, person.email), at(steps));
      assert.equal(answer.code, 'SECOND_FACTOR_INVALID', `${steps}`);
    }
    assert.ok((await giveCode(server, await ticketOf(server, person.email), at(-1))).token);
    assert.ok((await giveCode(server, await ticketOf(server, person.email), at(1))).token);
    // What lies before the last one is over, though its time is not.
    assert.equal((await giveCode(server, await ticketOf(server, person.email), at(0))).code, 'SECOND_FACTOR_INVALID');
  });

  test('cannot be guessed: five codes a ticket, ten an account in a quarter of an hour', async () => {
    const person = await signUp(server);
    const { app } = await enroll(server, person, clock);
    nextStep();
    const right = app.codeAt(clock.now());
    const wrong = right === '123456' ? '654321' : '123456';
    const said: string[] = [];
    for (let each = 0; each < 3; each += 1) {
      const ticket = await ticketOf(server, person.email);
      for (let tries = 0; tries < 6; tries += 1) said.push((await giveCode(server, ticket, wrong)).code);
    }
    const count = (code: string) => said.filter((each) => each === code).length;
    assert.equal(count('SECOND_FACTOR_INVALID'), 10, said.join());
    assert.equal(said[5], 'TOKEN_INVALID');
    const late = await giveCode(server, await ticketOf(server, person.email), right);
    assert.equal(late.code, 'TOO_MANY_ATTEMPTS');
    clock.advance({ ms: 20 * 60_000 });
    assert.ok((await giveCode(server, await ticketOf(server, person.email), app.codeAt(clock.now()))).token);
  });

  test('of somebody else opens nothing', async () => {
    const [person, other] = [await signUp(server), await signUp(server)];
    await enroll(server, person, clock);
    const { app } = await enroll(server, other, clock);
    nextStep();
    const answer = await giveCode(server, await ticketOf(server, person.email), app.codeAt(clock.now()));
    assert.equal(answer.code, 'SECOND_FACTOR_INVALID');
  });

  test('has a ticket that is over after five minutes, and ends with the password', async () => {
    const person = await signUp(server);
    const { app } = await enroll(server, person, clock);
    clock.advance({ ms: 60_000 });
    const ticket = await ticketOf(server, person.email);
    clock.advance({ ms: 5 * 60_000 + 1 });
    assert.equal((await giveCode(server, ticket, app.codeAt(clock.now()))).code, 'TOKEN_INVALID');
    assert.equal((await giveCode(server, 'slo_never-made', app.codeAt(clock.now()))).code, 'TOKEN_INVALID');
  });

  test('is not put in another one’s place without switching it off', async () => {
    const person = await signUp(server);
    await enroll(server, person, clock);
    const query = 'mutation { enrollTotp { ... on EnrollTotpPayload { secret } ... on UserError { code } } }';
    const answer = (await graphql(server, query, {}, person)).expectData().enrollTotp;
    assert.deepEqual(answer, { code: 'SECOND_FACTOR_ENABLED' });
  });
});
