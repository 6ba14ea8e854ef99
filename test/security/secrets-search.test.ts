import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, tokenOf } from '../harness/accounts.ts';
import { query } from '../harness/database.ts';
import { graphql } from '../harness/graphql.ts';
import { createMailbox } from '../harness/mailbox.ts';
import { createKey, password, signUp } from '../harness/people.ts';
import { testRedisUrl } from '../harness/redis.ts';
import { searchSecrets, watchSecrets } from '../harness/secrets.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { enroll } from '../harness/totp.ts';
import { report } from './report.ts';

watchSecrets();
const another = 'a new password of enough length';
const mailbox = createMailbox();
const redisUrl = testRedisUrl();
let server: TestServer;
before(async () => {
  server = await startTestServer({
    ...(redisUrl && { bus: 'redis' as const }),
    // Everything that could be written down is.
    env: { LOG_LEVEL: 'trace' },
    ports: { mailer: mailbox.mailer },
  });
});
after(() => server[Symbol.asyncDispose]());

const places = () => ({
  databaseUrl: server.databaseUrl,
  logs: server.logs,
  directory: server.sourceDirectory,
  redisUrl,
});

/** Everything that hands out a secret, and then uses it. */
async function issueAll(): Promise<void> {
  const person = await signUp(server, 'secrets');
  const send = async (document: string, input: object, token: string | null = person.token) =>
    (await graphql(server, document, { input }, { token })).expectData();

  const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) {
    ... on SignInPayload { token refreshToken deviceToken } ... on SecondFactorRequired { ticket } } }`;
  const signedIn = (await send(signIn, { email: person.email, password }, null)).signIn;
  const refresh = `mutation ($input: RefreshTokenInput!) { refreshToken(input: $input) {
    ... on RefreshTokenPayload { token refreshToken } } }`;
  const next = (await send(refresh, { refreshToken: signedIn.refreshToken }, null)).refreshToken;
  await send(refresh, { refreshToken: next.refreshToken }, null);
  await send(signIn, { email: person.email, password: 'a wrong password of enough length' }, null).catch(() => null);

  const key = await createKey(server, person, ['READ', 'WRITE']);
  await graphql(server, '{ viewer { role } }', {}, { token: key.secret });
  await graphql(server, '{ viewer { role } }', {}, { token: `${key.secret.slice(0, -1)}x` });

  const invite = 'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { __typename } }';
  await send(invite, { email: 'invited@example.com', role: 'VIEWER' });
  assert.ok((await mailbox.next('invited@example.com')).link);

  await call(server, 'requestPasswordReset', { email: person.email });
  let mail = await mailbox.next(person.email);
  while (!mail.link?.hash.startsWith('#token=')) mail = await mailbox.next(person.email);
  const reset = await call(server, 'resetPassword', { token: tokenOf(mail), newPassword: another });
  assert.equal(reset.email, person.email);

  const again = (await send(signIn, { email: person.email, password: another }, null)).signIn;
  const { recoveryCodes } = await enroll(server, again, { now: () => new Date() });
  const half = (await send(signIn, { email: person.email, password: another }, null)).signIn;
  await send(
    `mutation ($input: SignInWithSecondFactorInput!) { signInWithSecondFactor(input: $input) {
      ... on SignInWithSecondFactorPayload { token refreshToken } } }`,
    { ticket: half.ticket, code: recoveryCodes[0] },
    null,
  );
  // A token in an address, where proxies and logs see it.
  await fetch(`${server.url}/graphql?query={viewer{role}}&token=${again.token}`);
}

test('no secret that was ever told is kept: not in a row, a log line, a file or Redis', async (t) => {
  await issueAll();
  const { searched, places: looked, found } = await searchSecrets(places());
  report('secrets searched', { tried: searched, found: found.length }, { 'in this many places': looked });
  t.diagnostic(`${searched} secrets in ${looked} places`);
  assert.deepEqual(found, []);
  assert.ok(searched >= 25, String(searched));
  assert.ok(server.logs.length > 0);
});

test('and one that were kept would be found, wherever it is', async () => {
  const person = await signUp(server, 'planted');
  await query(server.databaseUrl, `update "User" set name = 'x ${person.token} x' where email = '${person.email}'`);
  assert.match((await searchSecrets(places())).found.join(), /in public\."User"/);
  const hex = Buffer.from(person.token).toString('hex');
  await query(server.databaseUrl, `update "User" set name = '${hex}' where email = '${person.email}'`);
  assert.match((await searchSecrets(places())).found.join(), /in public\."User"/);
  await query(server.databaseUrl, `update "User" set name = 'x' where email = '${person.email}'`);
  assert.deepEqual((await searchSecrets(places())).found, []);
  assert.match((await searchSecrets({ ...places(), logs: [`{"a":"${person.token}"}`] })).found.join(), /in the log/);
});
