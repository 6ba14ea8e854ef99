import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Clock } from '@sightline/server/ports';
import { schema } from '@sightline/server/graphql/schema';
import { identityFlow } from '../api/providers/audit-flow.ts';
import { callbacksOf, providersAt } from '../api/providers/visits.ts';
import { giveCode, ticketOf } from '../api/second-factor/calls.ts';
import { form, openSignIn, refresh } from '../api/tokens/tokens.ts';
import type { OpenSignIn } from '../api/tokens/tokens.ts';
import { call, newPerson, tokenOf } from '../harness/accounts.ts';
import type { Answer } from '../harness/answer.ts';
import { query } from '../harness/database.ts';
import { startFakeIssuer } from '../harness/fake-issuer.ts';
import { graphql } from '../harness/graphql.ts';
import { createMailbox } from '../harness/mailbox.ts';
import type { Mailbox } from '../harness/mailbox.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { joinAs, password, signUp } from '../harness/people.ts';
import { askToAdvance, switchTo } from '../harness/sandbox.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { enroll } from '../harness/totp.ts';
import { until } from '../harness/until.ts';
import { accessCases } from './access-cases.ts';
import { attemptsOf } from './matrix/attempts.ts';
import { createWorld } from './matrix/world.ts';
import type { World } from './matrix/world.ts';

type Flow = { actions: string[]; run(): Promise<unknown> };

/** Where a mail, a ticket or a device is part of it: what it leaves when it is done, in order. */
const flows = (server: TestServer, mailbox: Mailbox, clock: Clock): Flow[] => {
  const email = 'flow@example.com';
  const ask = (text: string, token: string) => graphql(server, text, {}, { token });
  let codes: string[] = [];
  let person: OpenSignIn;
  const jobId = randomUUID();
  const decideOnDevice = async (decision: 'approveDevice' | 'denyDevice') => {
    const { body } = await form(server, '/oauth/device', { client_id: 'sightline-cli' });
    const text = `mutation { ${decision}(input: { userCode: "${body.user_code}" }) { decided } }`;
    (await ask(text, person.token)).expectData();
  };
  return [
    { actions: ['signUp'], run: () => call(server, 'signUp', newPerson(email)) },
    { actions: ['resendVerification'], run: () => call(server, 'resendVerification', { email }) },
    {
      actions: ['verifyEmail'],
      run: async () => call(server, 'verifyEmail', { token: tokenOf(await mailbox.next(email)) }),
    },
    { actions: ['requestPasswordReset'], run: () => call(server, 'requestPasswordReset', { email }) },
    {
      actions: ['resetPassword'],
      run: async () =>
        call(server, 'resetPassword', { token: tokenOf(await mailbox.next(email)), newPassword: password }),
    },
    { actions: ['signIn'], run: async () => (person = await openSignIn(server, email)) },
    { actions: ['refreshToken'], run: () => refresh(server, person.refreshToken) },
    {
      actions: ['createOrganization', 'switchOrganization', 'advanceClock'],
      run: async () => {
        const made = await ask(
          'mutation { createOrganization(input: { name: "try", isSandbox: true }) { organization { organizationId } } }',
          person.token,
        );
        const { organizationId } = made.expectData().createOrganization.organization;
        const token = await switchTo(server, person, organizationId);
        (await askToAdvance(server, 'P1D', { token })).expectData();
      },
    },
    { actions: ['approveDevice'], run: () => decideOnDevice('approveDevice') },
    { actions: ['denyDevice'], run: () => decideOnDevice('denyDevice') },
    {
      actions: ['signIn', 'revokeSignIn'],
      run: async () => {
        const other = await openSignIn(server, email);
        const { viewer } = (await ask('{ viewer { signIn { id } } }', other.token)).expectData();
        const revoke = `mutation { revokeSignIn(input: { id: "${viewer.signIn.id}" }) { revoked } }`;
        (await ask(revoke, person.token)).expectData();
      },
    },
    {
      actions: ['cancelJob', 'retryJob'],
      run: async () => {
        const startAfter = new Date(Date.now() + 3_600_000).toISOString();
        const message = JSON.stringify({ organizationId: null, name: 'walk', data: {}, startAfter });
        await query(
          server.databaseUrl,
          `insert into "OutboxMessage" ("id", "topic", "payload") values ('${jobId}', 'job', '${message}')`,
        );
        const listing = '{ jobs(name: "walk") { edges { node { jobId } } } }';
        await until(async () => (await ask(listing, person.token)).expectData().jobs.edges.length > 0);
        for (const name of ['cancelJob', 'retryJob']) {
          const change = `mutation { ${name}(input: { jobId: "${jobId}" }) { job { state } } }`;
          (await ask(change, person.token)).expectData();
        }
      },
    },
    {
      actions: ['enrollTotp', 'confirmTotp'],
      run: async () => ({ recoveryCodes: codes } = await enroll(server, person, clock)),
    },
    {
      actions: ['newRecoveryCodes'],
      run: async () => {
        const answer = await ask('mutation { newRecoveryCodes { recoveryCodes } }', person.token);
        codes = answer.expectData().newRecoveryCodes.recoveryCodes;
      },
    },
    // The first factor alone opens nothing, and is told of all the same.
    {
      actions: ['signIn', 'signInWithSecondFactor'],
      run: async () => giveCode(server, await ticketOf(server, email), codes[0] ?? ''),
    },
  ];
};
const walkedInFlows = new Set([
  'advanceClock',
  'approveDevice',
  'denyDevice',
  'revokeSignIn',
  'verifyEmail',
  'resetPassword',
  'refreshToken',
  'confirmTotp',
  'newRecoveryCodes',
  'signInWithSecondFactor',
  'startIdentitySignIn',
  'signInWithIdentity',
  'startIdentityLink',
  'linkIdentity',
  'unlinkIdentity',
  'confirmIdentityLink',
  'cancelJob',
  'retryJob',
]);

/** Gone after seconds, and said every few of them: an entry would last a year, and hold the chain for everybody else. */
const leavesNothing = new Set(['setActivity']);

let world: World;
before(async () => {
  world = await createWorld();
});
after(() => world[Symbol.asyncDispose]());

const entriesOf = async (requestId: string) =>
  world.sql(`select "action", "targetType" from "AuditEntry" where "requestId" = $1`, [requestId]);

const isRefused = ({ data, errors }: { data?: Answer; errors: unknown[] }, fieldName: string) =>
  errors.length > 0 || String(data?.[fieldName]?.__typename).endsWith('Error');

test('every mutation leaves exactly one entry when it does something that lasts, and none when it is refused', async () => {
  const succeeded = new Set<string>();
  for (const [key, accessCase] of Object.entries(accessCases)) {
    const [rootName, fieldName = ''] = key.split('.');
    if (rootName !== 'Mutation') continue;
    const { consumes, invitedOnly, ownVariables, variables } = accessCase;
    const leaver = consumes ? await signUp(world.server, 'leaver') : null;
    // The second owner: the first would be the last.
    const own = leaver && (await joinAs(world.server, leaver, 'OWNER', 'second'));
    const { token, email } = invitedOnly ? world.invited : (own ?? world.owner);
    const victim = leaver ? { ...world.victim, mark: 'leaver', email } : world.victim;
    for (const { operation, aim } of attemptsOf(key, accessCase)) {
      for (const asked of [variables, ownVariables ?? variables]) {
        const requestId = `walk-${randomUUID()}`;
        const answer = await graphql(world.server, operation, asked(aim(victim)), {
          token,
          headers: { 'x-request-id': requestId },
        });
        const entries = await entriesOf(requestId);
        if (isRefused(answer, fieldName)) {
          assert.deepEqual(entries, [], `${fieldName} was refused and left an entry: ${answer.text}`);
          continue;
        }
        // Asking twice may change nothing the second time.
        if (succeeded.has(fieldName) && entries.length === 0) continue;
        assert.deepEqual(
          entries.map(({ action }) => action),
          leavesNothing.has(fieldName) ? [] : [fieldName],
          `${fieldName}: ${answer.text}`,
        );
        succeeded.add(fieldName);
      }
    }
  }
  const missed = Object.keys(schema.getMutationType()?.getFields() ?? {}).filter((name) => !succeeded.has(name));
  assert.deepEqual(
    missed.filter((name) => !walkedInFlows.has(name)),
    [],
  );
});

test('what takes a mail, a ticket or a device leaves exactly one entry, too', async () => {
  const mailbox = createMailbox();
  const clock = movableClock();
  await using issuer = await startFakeIssuer();
  const env = { ...providersAt(issuer, ['fake']), OPERATOR_EMAILS: 'flow@example.com' };
  await using server = await startTestServer({ clock, env, ports: { mailer: mailbox.mailer } });
  issuer.open(callbacksOf(server, ['fake']));
  const walked = new Set<string>();
  let seen = 0;
  for (const { actions, run } of [...flows(server, mailbox, clock), ...identityFlow(server, issuer, mailbox)]) {
    await run();
    const found = await query(server.databaseUrl, `select "action" from "AuditEntry" order by "id" offset ${seen}`);
    assert.deepEqual(
      found.map(({ action }) => action),
      actions,
    );
    seen += found.length;
    for (const action of actions) walked.add(action);
  }
  assert.deepEqual(
    [...walkedInFlows].filter((name) => !walked.has(name)),
    [],
  );
});
