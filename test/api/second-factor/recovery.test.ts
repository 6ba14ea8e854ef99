import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { enroll } from '../../harness/totp.ts';
import { giveCode, givePassword, stateOf, stepUp, ticketOf } from './calls.ts';

const clock = movableClock();
let server: TestServer;

before(async () => {
  server = await startTestServer({ clock });
});
after(() => server[Symbol.asyncDispose]());

const newCodes = 'mutation { newRecoveryCodes { recoveryCodes } }';
const disable = 'mutation { disableTotp { secondFactor { enabled recoveryCodesLeft } } }';

describe('recovery codes', () => {
  test('let a person in who lost their authenticator, each once, however it is typed', async () => {
    const person = await signUp(server);
    const { recoveryCodes } = await enroll(server, person, clock);
    const [first = '', second = ''] = recoveryCodes;
    assert.equal(new Set(recoveryCodes).size, 10);
    assert.match(first, /^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
    assert.ok((await giveCode(server, await ticketOf(server, person.email), first)).token);
    const typed = ` ${second.toLowerCase().replaceAll('-', ' ')} `;
    const { token } = await giveCode(server, await ticketOf(server, person.email), typed);
    assert.deepEqual(await stateOf(server, token), { enabled: true, recoveryCodesLeft: 8 });
    for (const used of [first, second]) {
      const again = await giveCode(server, await ticketOf(server, person.email), used);
      assert.equal(again.code, 'SECOND_FACTOR_INVALID');
    }
  });

  test('let one of nine in who come with the same one at once', async () => {
    const person = await signUp(server);
    const { recoveryCodes } = await enroll(server, person, clock);
    const tickets = await Promise.all(Array.from({ length: 9 }, () => ticketOf(server, person.email)));
    const answers = await Promise.all(tickets.map((ticket) => giveCode(server, ticket, recoveryCodes[0] ?? '')));
    assert.equal(answers.filter(({ token }) => token).length, 1, JSON.stringify(answers));
  });

  test('of somebody else are nothing', async () => {
    const [person, other] = [await signUp(server), await signUp(server)];
    await enroll(server, person, clock);
    const { recoveryCodes } = await enroll(server, other, clock);
    const answer = await giveCode(server, await ticketOf(server, person.email), recoveryCodes[0] ?? '');
    assert.equal(answer.code, 'SECOND_FACTOR_INVALID');
  });

  test('are replaced all at once', async () => {
    const person = await signUp(server);
    const { recoveryCodes } = await enroll(server, person, clock);
    const fresh = (await graphql(server, newCodes, {}, person)).expectData().newRecoveryCodes.recoveryCodes;
    assert.equal(fresh.length, 10);
    const old = await giveCode(server, await ticketOf(server, person.email), recoveryCodes[0] ?? '');
    assert.equal(old.code, 'SECOND_FACTOR_INVALID');
    assert.ok((await giveCode(server, await ticketOf(server, person.email), fresh[0])).token);
  });

  test('are not there without a second factor, and go with it', async () => {
    const person = await signUp(server);
    (await graphql(server, newCodes, {}, person)).expectCode('NOT_FOUND');
    const { recoveryCodes } = await enroll(server, person, clock);
    const ticket = await ticketOf(server, person.email);
    const { secondFactor } = (await graphql(server, disable, {}, person)).expectData().disableTotp;
    assert.deepEqual(secondFactor, { enabled: false, recoveryCodesLeft: 0 });
    assert.equal((await givePassword(server, person.email)).__typename, 'SignInPayload');
    // A ticket from before is over, too.
    assert.equal((await giveCode(server, ticket, recoveryCodes[0] ?? '')).code, 'TOKEN_INVALID');
    // Twice changes nothing.
    (await graphql(server, disable, {}, person)).expectData();
  });

  test('serve as a proof, too', async () => {
    const person = await signUp(server);
    const { recoveryCodes } = await enroll(server, person, clock);
    clock.advance({ ms: 6 * 60_000 });
    (await graphql(server, newCodes, {}, person)).expectCode('STEP_UP_REQUIRED');
    const code = recoveryCodes[0] ?? '';
    assert.equal((await stepUp(server, person.token, { code })).__typename, 'StepUpPayload');
    (await graphql(server, newCodes, {}, person)).expectData();
    assert.equal((await stepUp(server, person.token, { code })).code, 'SECOND_FACTOR_INVALID');
  });
});

test('a key neither sees nor changes the second factor of whoever made it', async () => {
  const person = await signUp(server);
  await enroll(server, person, clock);
  const { secret: token } = await createKey(server, person, ['READ', 'WRITE']);
  assert.equal(await stateOf(server, token), null);
  const asked = ['mutation { enrollTotp { __typename } }', newCodes, disable];
  for (const query of asked) (await graphql(server, query, {}, { token })).expectCode('UNAUTHENTICATED');
  const query = 'mutation { stepUp(input: { password: "x" }) { __typename } }';
  (await graphql(server, query, {}, { token })).expectCode('UNAUTHENTICATED');
});
