import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import type { Answer } from '../../harness/answer.ts';
import { startFakeIssuer } from '../../harness/fake-issuer.ts';
import type { FakeIssuer } from '../../harness/fake-issuer.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { enroll } from '../../harness/totp.ts';
import { giveCode } from '../second-factor/calls.ts';
import { begin, callbacksOf, land, providersAt, signInAt, signInWith, visit } from './visits.ts';

const names = ['fake', 'other'];
const clock = movableClock();
let issuer: FakeIssuer;
let server: TestServer;

before(async () => {
  issuer = await startFakeIssuer();
  server = await startTestServer({ clock, env: providersAt(issuer, names) });
  issuer.open(callbacksOf(server, names));
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const newcomer = (subject: string) => {
  issuer.tampering = {};
  issuer.account = { subject, email: `${subject}@example.com`, email_verified: true, name: subject };
};

describe('signing in at another issuer', () => {
  test('makes an account for somebody new, and finds it again', async () => {
    issuer.account = { subject: 's-ada', email: 'Ada@Example.com', email_verified: true, name: 'Ada L.' };
    const first = await signInAt(server, issuer);
    assert.equal(first.__typename, 'SignInWithIdentityPayload', JSON.stringify(first));
    assert.deepEqual(first.viewer.profile, {
      ...{ email: 'ada@example.com', name: 'Ada L.', emailVerified: true, hasPassword: false },
    });
    assert.equal(first.viewer.role, 'OWNER');

    // Known by the issuer's name of them, not by their address: that may become another one, or somebody else's.
    issuer.account = { subject: 's-ada', email: 'new@example.com', email_verified: false };
    const second = await signInAt(server, issuer);
    assert.equal(second.viewer.profile.email, 'ada@example.com');
    assert.equal(second.viewer.identities[0].email, 'new@example.com');
    assert.equal(second.viewer.identities.length, 1);
  });

  test('asks with state, nonce and a challenge, new ones each time, and says nothing else', async () => {
    const asked: URL[] = [];
    for (let each = 0; each < 3; each += 1) asked.push(new URL((await begin(server, 'fake')).url));
    for (const { searchParams: parameters } of asked) {
      const { state = '', nonce = '', code_challenge: challenge = '', ...rest } = Object.fromEntries(parameters);
      for (const secret of [state, nonce, challenge]) assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
      assert.deepEqual(rest, {
        redirect_uri: `${server.url}/identity/callback/fake`,
        scope: 'openid email profile',
        code_challenge_method: 'S256',
        client_id: issuer.clientId,
        response_type: 'code',
      });
    }
    const secrets = asked.flatMap((url) =>
      ['state', 'nonce', 'code_challenge'].map((name) => url.searchParams.get(name)),
    );
    assert.equal(new Set(secrets).size, 9);
  });

  test('asks for the address where the ID token does not have it, and reads it there where it does', async () => {
    newcomer('s-claims');
    let asked = 0;
    issuer.tampering = { userinfo: (body) => ((asked += 1), body) };
    assert.ok((await signInAt(server, issuer)).token);
    assert.equal(asked, 1);
    issuer.open(callbacksOf(server, names), { claimsInIdToken: true });
    assert.ok((await signInAt(server, issuer)).token);
    assert.equal(asked, 1);
    issuer.open(callbacksOf(server, names));
  });

  test('goes on with new keys of the issuer at once, and the old ones count for nothing', async () => {
    newcomer('s-keys');
    assert.ok((await signInAt(server, issuer)).token);
    const { kid, privateKey } = issuer.key;
    issuer.rotate();
    assert.ok((await signInAt(server, issuer)).token);
    const [begun] = [await visit(server, issuer)];
    assert.ok(begun.code);
    issuer.tampering = {
      token: async (body) => {
        const [, payload = ''] = String(body['id_token']).split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
        return { ...body, id_token: await issuer.sign(claims, { kid }, privateKey) };
      },
    };
    assert.equal((await visit(server, issuer)).error, 'IDENTITY_REFUSED');
  });

  test('asks for the second factor of those who have one', async () => {
    newcomer('s-two');
    const { token } = await signInAt(server, issuer);
    const { app } = await enroll(server, { token }, clock);
    clock.advance({ ms: 30_000 });
    const { __typename: type, ticket } = await signInAt(server, issuer);
    assert.equal(type, 'SecondFactorRequired');
    assert.equal((await giveCode(server, ticket, '000000')).code, 'SECOND_FACTOR_INVALID');
    assert.ok((await giveCode(server, ticket, app.codeAt(clock.now()))).token);
  });

  test('makes one account of many who come for the first time at once', async () => {
    newcomer('s-race');
    const visits = [];
    for (let each = 0; each < 6; each += 1) visits.push(await visit(server, issuer));
    const answers = await Promise.all(visits.map(({ code, verifier }) => signInWith(server, code, verifier)));
    assert.deepEqual(new Set(answers.map((each) => each.__typename)), new Set(['SignInWithIdentityPayload']));
    const { rows } = await query(`select 1 from "ExternalIdentity" where "subject" = 's-race'`);
    assert.equal(rows.length, 1);
  });
});

describe('the code that a page gets', () => {
  test('is worth nothing without the verifier that the page kept', async () => {
    newcomer('s-thief');
    const [victim, thief] = [await visit(server, issuer), await begin(server, 'fake')];
    for (const verifier of ['', thief.verifier, `${victim.verifier}x`, victim.verifier.slice(1)]) {
      assert.equal((await signInWith(server, victim.code, verifier)).code, 'IDENTITY_REFUSED');
    }
    assert.ok((await signInWith(server, victim.code, victim.verifier)).token);
  });

  test('works once, even for many at once', async () => {
    newcomer('s-once');
    const { code, verifier } = await visit(server, issuer);
    const answers = await Promise.all(Array.from({ length: 8 }, () => signInWith(server, code, verifier)));
    assert.equal(answers.filter((each: Answer) => each.token).length, 1, JSON.stringify(answers));
  });

  test('cannot be made up', async () => {
    newcomer('s-made-up');
    const { code = '', verifier } = await visit(server, issuer);
    assert.ok(code);
    for (const tried of [
      '',
      'sli_',
      `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`,
      code.replace('sli_', 'slo_'),
    ]) {
      assert.equal((await signInWith(server, tried, verifier)).code, 'IDENTITY_REFUSED', tried);
    }
  });

  test('goes to pages of ours and of CORS_ORIGINS, and to no other', async () => {
    await using third = await startTestServer({
      env: { ...providersAt(issuer, ['fake']), CORS_ORIGINS: 'https://app.example', WEB_URL: 'https://web.example' },
    });
    const asked = async (to: string) => {
      const { text } = await graphql(
        third,
        `
          mutation ($to: String!) {
            startIdentitySignIn(input: { provider: "fake", returnTo: $to }) {
              __typename
            }
          }
        `,
        { to },
      );
      return (JSON.parse(text) as { errors?: [{ extensions: { code: string } }] }).errors?.[0].extensions.code ?? null;
    };
    const allowed = ['/', 'a/b?c=d', 'https://web.example/x', 'https://app.example/x#y', `${third.url}/x`];
    for (const to of allowed) assert.equal(await asked(to), null, to);
    const refused = [
      ...['https://evil.example/', '//evil.example', '\\\\evil.example', 'javascript:alert(1)'],
      ...['https://app.example.evil.example', 'https://app.example@evil.example', 'https://u:p@app.example/'],
      ...['http://app.example/', 'https://app.example:8443/', 'data:text/html,x', 'http://127.0.0.1:1/', 'http://['],
    ];
    for (const to of refused) assert.equal(await asked(to), 'INPUT_INVALID', to);
  });
});

test('an unknown provider is not there', async () => {
  const text = `mutation { startIdentitySignIn(input: { provider: "nobody", returnTo: "/" }) { __typename } }`;
  (await graphql(server, text)).expectCode('NOT_FOUND');
  const { identityProviders } = (await graphql(server, '{ identityProviders { name title } }')).expectData();
  assert.deepEqual(identityProviders, [
    { name: 'fake', title: 'fake' },
    { name: 'other', title: 'other' },
  ]);
});

test('what is stored of a visit opens nothing to whoever reads the database', async () => {
  newcomer('s-dump');
  const { url, verifier: other } = await begin(server, 'fake');
  const { code, verifier } = await visit(server, issuer);
  const { rows } = await query('select to_jsonb(a)::text as row from "IdentityAttempt" a');
  const stored = rows.map(({ row }) => String(row)).join('\n');
  assert.ok(stored.length > 100);
  const { state = '', nonce = '' } = Object.fromEntries(new URL(url).searchParams);
  for (const secret of [state, nonce, other, verifier, code ?? '', issuer.clientSecret]) {
    assert.ok(secret.length > 20 && !stored.includes(secret) && !server.logs.join('\n').includes(secret), secret);
  }
});

test('a code is over after two minutes, and a visit after a quarter of an hour', async () => {
  newcomer('s-slow');
  const { code, verifier } = await visit(server, issuer);
  const { url } = await begin(server, 'fake');
  const back = await issuer.browse(url);
  // Nothing that the issuer signs fits afterwards: its clock did not move.
  clock.advance({ ms: 2 * 60_000 + 1 });
  assert.equal((await signInWith(server, code, verifier)).code, 'IDENTITY_REFUSED');
  clock.advance({ ms: 13 * 60_000 });
  assert.deepEqual(await land(server, back.url), { status: 401, code: null, error: 'IDENTITY_REFUSED', page: '' });
});

async function query(text: string) {
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  try {
    return await client.query<Record<string, unknown>>(text);
  } finally {
    await client.end();
  }
}
