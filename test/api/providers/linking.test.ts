import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import type { Answer } from '../../harness/answer.ts';
import { startFakeIssuer } from '../../harness/fake-issuer.ts';
import type { FakeIssuer } from '../../harness/fake-issuer.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { createKey, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { enroll } from '../../harness/totp.ts';
import { givePassword } from '../second-factor/calls.ts';
import { confirm, link, linkTokenOf, unlink } from './links.ts';
import { callbacksOf, providersAt, signInAt, signInWith, visit } from './visits.ts';

const clock = movableClock();
const mailbox = createMailbox();
let issuer: FakeIssuer;
let server: TestServer;

before(async () => {
  issuer = await startFakeIssuer();
  const env = providersAt(issuer, ['fake', 'doubted']);
  const [fake, other] = JSON.parse(env['IDENTITY_PROVIDERS'] ?? '[]') as object[];
  const doubted = { ...other, trustEmails: false };
  server = await startTestServer({
    clock,
    env: { ...env, IDENTITY_PROVIDERS: JSON.stringify([fake, doubted]) },
    ports: { mailer: mailbox.mailer },
  });
  issuer.open(callbacksOf(server, ['fake', 'doubted']));
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

let count = 0;
/** Somebody sits before the browser whom the issuer knows by a new name. */
const comesAs = (email: string, isVerified = true) => {
  issuer.tampering = {};
  issuer.account = { subject: `s-${(count += 1)}`, email, email_verified: isVerified, name: 'Somebody' };
};

async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Somebody who signed up with a password, and proved their address unless said otherwise. */
async function member({ isProved = true } = {}): Promise<Person> {
  const person = await signUp(server, 'member');
  if (isProved) await query('update "User" set "emailVerifiedAt" = now() where "id" = $1', [uuidOf(person.userId)]);
  return person;
}

const identitiesOf = async ({ token }: { token: string }) =>
  (await graphql(server, '{ viewer { identities { id provider email } } }', {}, { token })).expectData().viewer
    .identities as { id: string; provider: string; email: string }[];

async function linkAt(person: Person): Promise<Answer> {
  const { code, verifier } = await visit(server, issuer, 'fake', person);
  return link(server, person, code, verifier);
}

describe('an identity joins the account of its address', () => {
  test('when both the issuer and we have seen that the address is theirs', async () => {
    const person = await member();
    comesAs(person.email.toUpperCase());
    const { token } = await signInAt(server, issuer);
    assert.deepEqual(
      (await identitiesOf({ token })).map(({ provider }) => provider),
      ['fake'],
    );
    assert.equal((await givePassword(server, person.email)).__typename, 'SignInPayload');
  });

  test('not when the issuer has not seen it', async () => {
    const person = await member();
    comesAs(person.email, false);
    assert.equal((await signInAt(server, issuer)).code, 'IDENTITY_REFUSED');
    assert.deepEqual(await identitiesOf(person), []);
  });

  test('not when what this issuer says of addresses is not to be believed', async () => {
    const person = await member();
    comesAs(person.email);
    assert.equal((await signInAt(server, issuer, 'doubted')).code, 'IDENTITY_REFUSED');
    assert.deepEqual(await identitiesOf(person), []);
    assert.equal((await query('select 1 from "ExternalIdentity" where "provider" = $1', ['doubted'])).length, 0);
  });

  test('not without its second factor', async () => {
    const person = await member();
    await enroll(server, person, clock);
    comesAs(person.email);
    const answer = await signInAt(server, issuer);
    assert.equal(answer.__typename, 'SecondFactorRequired');
    assert.equal(answer.token, undefined);
  });
});

describe('an account whose address nobody proved', () => {
  test('is not shared with whoever made it: its owner is asked by mail, and then it is theirs alone', async () => {
    // Somebody signs up with an address that is not theirs, and leaves every door open that there is.
    const squatter = await member({ isProved: false });
    const key = await createKey(server, squatter, ['READ']);
    await enroll(server, squatter, clock);

    comesAs(squatter.email);
    const pending = await signInAt(server, issuer);
    assert.deepEqual(pending, { __typename: 'IdentityLinkPending', email: squatter.email });
    const token = await linkTokenOf(mailbox, squatter.email);
    assert.equal((await confirm(server, token)).email, squatter.email);

    const owner = await signInAt(server, issuer);
    assert.equal(owner.__typename, 'SignInWithIdentityPayload', JSON.stringify(owner));
    assert.deepEqual(owner.viewer.profile, {
      ...{ email: squatter.email, name: 'member name', emailVerified: true, hasPassword: false },
    });
    for (const old of [squatter.token, key.secret]) {
      (await graphql(server, '{ viewer { role } }', {}, { token: old })).expectCode('UNAUTHENTICATED');
    }
    assert.equal((await givePassword(server, squatter.email)).code, 'CREDENTIALS_INVALID');
    assert.equal((await confirm(server, token)).code, 'TOKEN_INVALID');
  });

  test('is joined to nothing when nobody answers the mail', async () => {
    const person = await member({ isProved: false });
    comesAs(person.email);
    assert.equal((await signInAt(server, issuer)).__typename, 'IdentityLinkPending');
    assert.deepEqual(await identitiesOf(person), []);
    const token = await linkTokenOf(mailbox, person.email);
    clock.advance({ ms: 60 * 60_000 + 1 });
    const answer = await confirm(server, token);
    assert.equal(answer.code, 'TOKEN_INVALID');
    clock.advance({ ms: -(60 * 60_000 + 1) });
  });

  test('gets a few such mails in an hour, and no more', async () => {
    const person = await member({ isProved: false });
    comesAs(person.email);
    const said = [];
    for (let each = 0; each < 8; each += 1) {
      const answer = await signInAt(server, issuer);
      said.push(answer.code ?? answer.__typename);
    }
    assert.deepEqual(
      said.slice(0, 6),
      Array.from({ length: 6 }, () => 'IdentityLinkPending'),
    );
    assert.deepEqual(said.slice(6), ['TOO_MANY_ATTEMPTS', 'TOO_MANY_ATTEMPTS']);
  });
});

describe('a person joins an identity to themselves', () => {
  test('whatever its address, and signs in with it from then on', async () => {
    const person = await member();
    comesAs('elsewhere@example.org', false);
    const joined = await linkAt(person);
    const { provider, email } = joined.identity;
    assert.deepEqual([provider, email], ['fake', 'elsewhere@example.org']);
    const { viewer } = await signInAt(server, issuer);
    assert.equal(viewer.profile.email, person.email);
    // Again changes nothing.
    assert.equal((await linkAt(person)).__typename, 'LinkIdentityPayload');
    assert.equal((await identitiesOf(person)).length, 1);
  });

  test('only with an address of their own that is proved, by us or by this issuer', async () => {
    const person = await member({ isProved: false });
    comesAs('elsewhere@example.org');
    assert.equal((await linkAt(person)).code, 'EMAIL_NOT_VERIFIED');
    assert.deepEqual(await identitiesOf(person), []);
    comesAs(person.email, false);
    assert.equal((await linkAt(person)).code, 'EMAIL_NOT_VERIFIED');
    comesAs(person.email);
    assert.equal((await linkAt(person)).__typename, 'LinkIdentityPayload');
  });

  test('not one that is somebody else’s', async () => {
    const [person, other] = [await member(), await member()];
    comesAs(person.email);
    await signInAt(server, issuer);
    assert.equal((await linkAt(other)).code, 'IDENTITY_TAKEN');
  });

  test('not with a visit that somebody else began: nobody is made to share an account', async () => {
    const [attacker, victim] = [await member(), await member()];
    comesAs(victim.email);
    // The attacker sends the victim an address that joins to the attacker's account; the victim's browser goes there.
    const { code, verifier } = await visit(server, issuer, 'fake', attacker);
    assert.ok(code);
    assert.equal((await link(server, victim, code, verifier)).code, 'IDENTITY_REFUSED');
    // What stands in the victim's page opens nothing without what stayed in the attacker's, and is no sign-in either.
    assert.equal((await link(server, attacker, code, 'x'.repeat(43))).code, 'IDENTITY_REFUSED');
    assert.equal((await signInWith(server, code, verifier)).code, 'IDENTITY_REFUSED');
    // And a visit to sign in joins nothing.
    const signIn = await visit(server, issuer);
    assert.equal((await link(server, attacker, signIn.code, signIn.verifier)).code, 'IDENTITY_REFUSED');
  });

  test('only with a fresh proof, and never by a key', async () => {
    const person = await member();
    comesAs('elsewhere@example.org');
    const { code, verifier } = await visit(server, issuer, 'fake', person);
    const { secret } = await createKey(server, person, ['READ', 'WRITE']);
    const start = 'mutation { startIdentityLink(input: { provider: "fake", returnTo: "/" }) { __typename } }';
    const end =
      'mutation ($code: String!, $verifier: String!) { linkIdentity(input: { code: $code, verifier: $verifier }) { __typename } }';
    for (const token of [secret, person.token]) {
      const expected = token === secret ? 'UNAUTHENTICATED' : 'STEP_UP_REQUIRED';
      if (token === person.token) {
        await query('update "SignIn" set "provedAt" = now() - interval \'6 minutes\' where "userId" = $1', [
          uuidOf(person.userId),
        ]);
      }
      (await graphql(server, start, {}, { token })).expectCode(expected);
      (await graphql(server, end, { code, verifier }, { token })).expectCode(expected);
      (await unlink(server, { token }, '00000000-0000-4000-8000-000000000000')).expectCode(expected);
    }
    assert.deepEqual(await identitiesOf({ token: secret }), []);
  });
});

describe('an identity is taken away', () => {
  test('by its own person alone, and opens nothing from then on', async () => {
    const [person, other] = [await member(), await member()];
    comesAs('elsewhere@example.org');
    await linkAt(person);
    const [{ id } = { id: '' }] = await identitiesOf(person);
    (await unlink(server, other, id)).expectCode('NOT_FOUND');
    const { viewer } = (await unlink(server, person, id)).expectData().unlinkIdentity;
    assert.deepEqual(viewer.identities, []);
    (await unlink(server, person, id)).expectCode('NOT_FOUND');
    // It is somebody new now.
    const stranger = await signInAt(server, issuer);
    assert.equal(stranger.viewer.profile.email, 'elsewhere@example.org');
  });

  test('not when it is the only way in', async () => {
    comesAs(`only-${count}@example.com`);
    const only = await signInAt(server, issuer);
    const [{ id } = { id: '' }] = await identitiesOf(only);
    (await unlink(server, only, id)).expectCode('INPUT_INVALID');
    assert.equal((await identitiesOf(only)).length, 1);
  });
});

test('signing up by identities is limited as signing up is', async () => {
  await using small = await startTestServer({
    env: { ...providersAt(issuer, ['fake']), SIGN_UPS_PER_HOUR: '2' },
    databaseUrl: server.databaseUrl,
  });
  issuer.open(callbacksOf(small, ['fake']));
  const said = [];
  for (let each = 0; each < 3; each += 1) {
    comesAs(`many-${each}@example.com`);
    const answer = await signInAt(small, issuer);
    said.push(answer.code ?? answer.__typename);
  }
  assert.ok(said.includes('TOO_MANY_ATTEMPTS'), said.join());
});
