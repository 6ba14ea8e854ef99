import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Answer } from '../../harness/answer.ts';
import { query } from '../../harness/database.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, joinAs, signIn, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { codeOf, done, invite, membershipOf, mutate, organizationOf } from './operations.ts';

const mailbox = createMailbox();
const clock = movableClock();
let server: TestServer;
let owner: Person;

before(async () => {
  server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
  owner = await signUp(server, 'host');
  // More seats than `free` has: this is about invitations.
  await query(
    server.databaseUrl,
    `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
      values ('${uuidOf(owner.organizationId)}', 'maxSeats', 100, 'test')`,
  );
});
after(() => server[Symbol.asyncDispose]());

/** Invites somebody and gives the token out of their mail. */
async function tokenFor(email: string, role = 'OPERATOR', by: Person = owner): Promise<string> {
  await invite(server, by, email, role);
  const { link } = await mailbox.next(email);
  return new URLSearchParams(link?.hash.slice(1)).get('token') ?? '';
}

const accept = (asker: { token: string | null }, token: string) =>
  mutate(server, asker, 'acceptInvitation', { token }, 'token viewer { role user { id } }');

test('who accepts is a member in the role of the offer, signed in there, and keeps what they had', async () => {
  const guest = await signUp(server, 'invited');
  const token = await tokenFor(guest.email, 'OPERATOR');
  const accepted = await done(accept(guest, token));
  assert.equal(accepted.viewer.role, 'OPERATOR');
  const there = await organizationOf(server, accepted);
  assert.equal(there.organization.id, owner.organizationId);
  assert.equal((await organizationOf(server, guest)).organization.id, guest.organizationId);
  const offers = (await organizationOf(server, owner)).organization.invitations.edges;
  assert.ok(offers.find(({ node }: Answer) => node.email === guest.email).node.acceptedAt);
});

test('the mail names who invites to what, and its link does not carry the token where servers could log it', async () => {
  await invite(server, owner, 'somebody@example.com', 'VIEWER');
  const { text, link, subject } = await mailbox.next('somebody@example.com');
  assert.match(subject, /host organization/);
  assert.match(text, /host name/);
  assert.ok(link);
  assert.doesNotMatch(link.pathname + link.search, /slo_/);
  assert.match(link.hash, /token=slo_/);
});

describe('a token is refused in the same words', () => {
  const refused = async (asker: Person, token: string) => {
    const answer = await accept(asker, token);
    const { code, message } = answer.expectData().acceptInvitation;
    assert.equal(code, 'TOKEN_INVALID');
    return message as string;
  };
  const words = new Set<string>();
  after(() => assert.equal(words.size, 1));

  test('when it is made up', async () => {
    const guest = await signUp(server);
    words.add(await refused(guest, 'slo_'.padEnd(47, 'A')));
    words.add(await refused(guest, ''));
  });

  test('when it was sent to somebody else', async () => {
    const token = await tokenFor('meant-for-me@example.com');
    words.add(await refused(await signUp(server), token));
  });

  test('when it was used', async () => {
    const guest = await signUp(server);
    const token = await tokenFor(guest.email);
    await done(accept(guest, token));
    words.add(await refused(guest, token));
  });

  test('when it was withdrawn, by hand or by a newer one', async () => {
    const guest = await signUp(server);
    const older = await tokenFor(guest.email, 'ADMIN');
    const newer = await tokenFor(guest.email, 'VIEWER');
    words.add(await refused(guest, older));
    const offers = (await organizationOf(server, owner)).organization.invitations.edges;
    const open = offers.filter(({ node }: Answer) => node.email === guest.email && !node.revokedAt);
    assert.equal(open.length, 1);
    await done(mutate(server, owner, 'revokeInvitation', { id: open[0].node.id }, 'invitation { revokedAt }'));
    words.add(await refused(guest, newer));
  });

  test('after seven days', async () => {
    const guest = await signUp(server);
    const token = await tokenFor(guest.email);
    clock.advance({ days: 7 });
    words.add(await refused(await signIn(server, guest.email), token));
    owner = await signIn(server, owner.email);
  });

  test('when who made the offer may not make it any more', async () => {
    const admin = await joinAs(server, owner, 'ADMIN');
    const [demoted, removed] = [await signUp(server), await signUp(server)];
    const first = await tokenFor(demoted.email, 'ADMIN', admin);
    const membershipId = await membershipOf(server, owner, admin);
    await done(mutate(server, owner, 'changeMemberRole', { membershipId, role: 'OPERATOR' }, 'membership { role }'));
    words.add(await refused(demoted, first));
    await done(mutate(server, owner, 'changeMemberRole', { membershipId, role: 'ADMIN' }, 'membership { role }'));
    const second = await tokenFor(removed.email, 'OPERATOR', admin);
    await done(mutate(server, owner, 'removeMember', { membershipId }, 'removedId'));
    words.add(await refused(removed, second));
  });
});

test('of two who accept the same offer at once, one becomes a member, once', async () => {
  const guest = await signUp(server);
  const token = await tokenFor(guest.email);
  const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(accept(guest, token))));
  assert.equal(codes.filter((code) => code === null).length, 1);
  assert.equal(codes.filter((code) => code === 'TOKEN_INVALID').length, 4);
  const { members } = (await organizationOf(server, owner)).organization;
  assert.equal(members.edges.filter(({ node }: Answer) => node.user.id === guest.userId).length, 1);
});

test('who is a member already is told so; whether a stranger has an account is told to nobody', async () => {
  const member = await joinAs(server, owner, 'VIEWER');
  assert.equal(
    await codeOf(mutate(server, owner, 'inviteMember', { email: member.email, role: 'ADMIN' }, 'invitation { id }')),
    'ALREADY_MEMBER',
  );
  const known = await signUp(server);
  const shape = async (email: string) => Object.keys(await invite(server, owner, email, 'VIEWER'));
  assert.deepEqual(await shape(known.email), await shape('nobody-has-this@example.com'));
});

test('nobody offers what they may not do, nor without the permission', async () => {
  const email = 'friend@example.com';
  const admin = await joinAs(server, owner, 'ADMIN');
  const tried = async (by: { token: string | null }, role: string) =>
    codeOf(mutate(server, by, 'inviteMember', { email, role }, 'invitation { id }'));
  assert.equal(await tried(admin, 'OWNER'), 'FORBIDDEN');
  assert.equal(await tried(admin, 'BILLING'), 'FORBIDDEN');
  assert.equal(await tried(admin, 'ADMIN'), null);
  assert.equal(await tried(owner, 'OWNER'), null);
  for (const role of ['OPERATOR', 'VIEWER', 'BILLING', 'GUEST'] as const) {
    assert.equal(await tried(await joinAs(server, owner, role), 'GUEST'), 'FORBIDDEN', role);
  }
  assert.equal(await tried({ token: null }, 'GUEST'), 'UNAUTHENTICATED');
  const key = await createKey(server, owner, ['READ', 'WRITE', 'AUDIT']);
  assert.notEqual(await tried({ token: key.secret }, 'GUEST'), null);
});

test('one address is not written to more than five times a day, whoever invites it', async () => {
  const email = 'pestered@example.com';
  const invited = async (by: Person) =>
    codeOf(mutate(server, by, 'inviteMember', { email, role: 'GUEST' }, 'invitation { id }'));
  for (let times = 0; times < 5; times += 1) assert.equal(await invited(await signUp(server)), null);
  assert.equal(await invited(await signUp(server)), 'TOO_MANY_ATTEMPTS');
  clock.advance({ days: 2 });
  owner = await signIn(server, owner.email);
  assert.equal(await invited(owner), null);
});

test('names that get into mails are one line and no address', async () => {
  for (const name of ['a\nb', 'http://evil.example', '\u202Egnp.exe', '', ' ']) {
    assert.equal(
      await codeOf(mutate(server, owner, 'updateOrganization', { name }, 'organization { id }')),
      'INPUT_INVALID',
      name,
    );
  }
});
