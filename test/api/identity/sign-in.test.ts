import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { graphql } from '../../harness/graphql.ts';
import { password, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { eachBus } from '../../harness/each-bus.ts';

eachBus((bus) => {
  const clock = movableClock();
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ bus, clock });
  });
  after(() => server[Symbol.asyncDispose]());

  const viewerOf = (token: string | null) => graphql(server, '{ viewer { role user { email } } }', {}, { token });
  const signIn = (email: string, secret = password) =>
    graphql(
      server,
      `
        mutation ($input: SignInInput!) {
          signIn(input: $input) {
            __typename
            ... on SignInPayload {
              token
              expiresAt
            }
            ... on UserError {
              code
              message
            }
          }
        }
      `,
      { input: { email, password: secret } },
    );

  test('who signs up is signed in and owns their organization', async () => {
    const person = await signUp(server);
    const { viewer } = (await viewerOf(person.token)).expectData();
    assert.deepEqual(viewer, { role: 'OWNER', user: { email: person.email } });
  });

  test('nobody is nobody: the viewer is null without a token', async () => {
    assert.equal((await viewerOf(null)).expectData().viewer, null);
  });

  test('an email address belongs to one user, whatever its case', async () => {
    const { email } = await signUp(server);
    const answer = await graphql(
      server,
      'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename ... on UserError { code } } }',
      { input: { email: email.toUpperCase(), password, name: 'x', organizationName: 'x' } },
    );
    assert.deepEqual(answer.expectData().signUp, { __typename: 'EmailTakenError', code: 'EMAIL_TAKEN' });
  });

  test('a wrong password and an unknown address get the same answer', async () => {
    const { email } = await signUp(server);
    const wrong = (await signIn(email, 'not this password')).expectData();
    const unknown = (await signIn('nobody@example.com')).expectData();
    assert.equal(wrong.signIn.code, 'CREDENTIALS_INVALID');
    assert.deepEqual(wrong, unknown);
  });

  test('each sign-in is a session of its own; signing out ends only that one', async () => {
    const { email } = await signUp(server);
    const [one, other] = await Promise.all([signIn(email), signIn(email)]);
    const [first, second] = [one.expectData().signIn.token, other.expectData().signIn.token];
    (await graphql(server, 'mutation { signOut { signedOut } }', {}, { token: first })).expectData();
    (await viewerOf(first)).expectCode('UNAUTHENTICATED');
    (await viewerOf(second)).expectData();
  });

  test('a token is good for an hour', async () => {
    const { email } = await signUp(server);
    const { token } = (await signIn(email)).expectData().signIn;
    clock.advance({ ms: 3_599_000 });
    (await viewerOf(token)).expectData();
    clock.advance({ ms: 2_000 });
    (await viewerOf(token)).expectCode('UNAUTHENTICATED');
  });

  for (const [field, value] of [
    ['email', 'not an address'],
    ['password', 'short'],
    ['password', 'x'.repeat(129)],
    ['name', ''],
    ['organizationName', 'x'.repeat(101)],
  ] as const) {
    test(`sign-up names the field that is wrong: ${field} of ${value.length} characters`, async () => {
      const input = { email: 'fresh@example.com', password, name: 'x', organizationName: 'x', [field]: value };
      const query = 'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }';
      const answer = await graphql(server, query, { input });
      answer.expectCode('INPUT_INVALID');
      assert.deepEqual(answer.errors[0]?.extensions['details'], { field: `input.${field}` });
    });
  }

  test('no secret is stored or logged in a form that could be used', async () => {
    const person = await signUp(server);
    await signIn(person.email);
    const logs = server.logs.join('');
    assert.ok(!logs.includes(person.token) && !logs.includes(password));
  });
});
