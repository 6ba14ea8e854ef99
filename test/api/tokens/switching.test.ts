import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { password, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { done, invite, mutate } from '../organizations/operations.ts';
import { createBrowser, openSignIn, refresh } from './tokens.ts';

const mailbox = createMailbox();
let server: TestServer;
before(async () => {
  server = await startTestServer({ ports: { mailer: mailbox.mailer } });
});
after(() => server[Symbol.asyncDispose]());

const newOrganization = async (person: Person, name = 'Second') =>
  (await done(mutate(server, person, 'createOrganization', { name }, 'organization { organizationId }'))).organization
    .organizationId as string;

/** A page on which somebody is signed in. */
async function pageOf({ email }: Person) {
  const browser = createBrowser(server);
  const { text } = await browser.json('POST', '/session', { email, password });
  let csrf = { 'x-csrf-token': JSON.parse(text).csrfToken as string };
  return {
    browser,
    ask: async (query: string, variables = {}) =>
      JSON.parse((await browser.json('POST', '/graphql', { query, variables }, csrf)).text),
    async post(path: string, body: object, headers: Record<string, string> = csrf) {
      const answer = await browser.json('POST', path, body, headers);
      if (answer.status === 200) csrf = { 'x-csrf-token': JSON.parse(answer.text).csrfToken };
      return answer;
    },
  };
}

const where = '{ viewer { organization { id } } }';

test('a script of a page gets no tokens by switching; cookies change instead', async () => {
  const person = await signUp(server, 'switching');
  const organizationId = await newOrganization(person);
  const page = await pageOf(person);
  const query = `mutation ($input: SwitchOrganizationInput!) { switchOrganization(input: $input) { token refreshToken } }`;
  const { data, errors } = await page.ask(query, { input: { organizationId } });
  assert.deepEqual([data ?? null, errors[0].extensions.code], [null, 'BAD_REQUEST']);
  assert.equal((await page.post('/session/organization', { organizationId }, {})).status, 403, 'without a CSRF token');
  const { status, text } = await page.post('/session/organization', { organizationId });
  assert.equal(status, 200, text);
  for (const value of page.browser.cookies.values()) assert.ok(!text.includes(value), 'a token is in a body');
  assert.equal((await page.ask(where)).data.viewer.organization.id, organizationId);
});

test('nor by accepting an invitation', async () => {
  const [owner, guest] = [await signUp(server, 'inviting'), await signUp(server, 'guest')];
  await invite(server, owner, guest.email, 'VIEWER');
  const { link } = await mailbox.next(guest.email);
  const token = new URLSearchParams(link?.hash.slice(1)).get('token') ?? '';
  const page = await pageOf(guest);
  const query = `mutation ($input: AcceptInvitationInput!) {
    acceptInvitation(input: $input) { ... on AcceptInvitationPayload { token refreshToken } }
  }`;
  assert.equal((await page.ask(query, { input: { token } })).errors[0].extensions.code, 'BAD_REQUEST');
  const accepted = await page.post('/session/invitation', { token });
  assert.equal(accepted.status, 200, accepted.text);
  assert.equal((await page.ask(where)).data.viewer.organization.id, owner.organizationId);
});

test('nobody switches where they are no member, nor with what is no organization', async () => {
  const [person, other] = [await signUp(server), await signUp(server)];
  const page = await pageOf(person);
  for (const organizationId of [other.organizationId, other.userId]) {
    assert.equal((await page.post('/session/organization', { organizationId })).status, 404);
  }
  assert.equal((await page.post('/session/organization', {})).status, 400);
  assert.equal((await createBrowser(server).json('POST', '/session/organization', {})).status, 401);
});

test('a sign-in that is ended opens no other one at the same moment', async () => {
  const person = await signUp(server, 'ending');
  const organizationId = await newOrganization(person);
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  const whose = `"userId" = '${uuidOf(person.userId)}'`;
  await client.query('begin');
  await client.query(`update "SignIn" set "revokedAt" = now() where ${whose}`);
  const switching = mutate(server, person, 'switchOrganization', { organizationId }, 'token');
  await delay(300);
  await client.query('commit');
  (await switching).expectCode('UNAUTHENTICATED');
  const { rows } = await client.query(
    `select count(*)::int as open from "SignIn" where ${whose} and "revokedAt" is null`,
  );
  await client.end();
  assert.deepEqual(rows, [{ open: 0 }]);
});

test('whoever signs out everywhere ends what is opened at the same moment, too', async () => {
  const person = await signUp(server, 'everywhere');
  const organizationId = await newOrganization(person);
  const all = 'mutation { signOutEverywhere(input: { keepThis: false }) { count } }';
  const second = createBrowser(server);
  await second.json('POST', '/session', { email: person.email, password });
  const switches = Array.from({ length: 12 }, () =>
    mutate(server, person, 'switchOrganization', { organizationId }, 'token'),
  );
  await Promise.all([...switches, graphql(server, all, {}, person)]);
  const answers = await Promise.all(switches);
  for (const { data } of answers) {
    const token = data?.switchOrganization?.token;
    if (token) (await graphql(server, where, {}, { token })).expectCode('UNAUTHENTICATED');
  }
});

test('a copied token that comes again ends what was opened with it in other organizations, and no other device', async () => {
  const person = await signUp(server, 'copied');
  const organizationId = await newOrganization(person);
  const [device, other] = [await openSignIn(server, person.email), await openSignIn(server, person.email)];
  const beside = await done(mutate(server, device, 'switchOrganization', { organizationId }, 'token'));
  const next = await refresh(server, device.refreshToken);
  const last = await refresh(server, next.refreshToken);
  assert.equal((await graphql(server, where, {}, last)).errors.length, 0);
  assert.equal((await refresh(server, device.refreshToken)).code, 'REFRESH_TOKEN_REUSED');
  for (const { token } of [last, beside]) (await graphql(server, where, {}, { token })).expectCode('UNAUTHENTICATED');
  assert.equal((await graphql(server, where, {}, other)).errors.length, 0);
});

test('nobody makes organizations by the hundred', async () => {
  const person = await signUp(server, 'founder');
  for (let count = 0; count < 20; count += 1) await newOrganization(person, `Number ${count}`);
  const again = await mutate(server, person, 'createOrganization', { name: 'More' }, 'organization { organizationId }');
  again.expectCode('TOO_MANY_ATTEMPTS');
});
