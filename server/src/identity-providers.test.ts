import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityProviders } from './identity-providers.ts';

const read = (list: unknown) => identityProviders.parse(JSON.stringify(list));
const own = { clientId: 'client', clientSecret: 'secret' };

test('the names of those that many use fill in what is known of them', () => {
  const [google, apple, x] = read([
    { name: 'google', ...own },
    { name: 'apple', clientId: 'client' },
    { name: 'x', ...own },
  ]);
  assert.ok(google?.kind === 'oidc' && apple?.kind === 'oidc' && x?.kind === 'oauth2');
  assert.equal(google.issuer, 'https://accounts.google.com');
  assert.deepEqual(google.scopes, ['openid', 'email', 'profile']);
  assert.equal(apple.responseMode, 'form_post');
  assert.equal(new URL(x.endpoints.user).hostname, 'api.x.com');
  assert.ok(google.trustEmails && apple.trustEmails && x.trustEmails);
});

test('what is configured goes before what is known', () => {
  const [google] = read([{ name: 'google', ...own, issuer: 'https://issuer.example', trustEmails: false, title: 'G' }]);
  assert.deepEqual([google?.issuer, google?.trustEmails, google?.title], ['https://issuer.example', false, 'G']);
});

test('any issuer does; plain OAuth 2 has to say where everything is, and its addresses are not believed', () => {
  const issuer = 'https://issuer.example';
  assert.equal(read([{ name: 'company', issuer, ...own }])[0]?.kind, 'oidc');
  assert.throws(() => read([{ name: 'company', ...own }]));
  assert.throws(() => read([{ name: 'plain', kind: 'oauth2', issuer, ...own }]));
  const endpoints = { authorization: issuer, token: issuer, user: issuer };
  const fields = { subject: ['id'], email: ['email'], name: ['name'] };
  assert.equal(read([{ name: 'plain', kind: 'oauth2', issuer, ...own, endpoints, fields }])[0]?.trustEmails, false);
});

test('what cannot work, or would not be what it says, is refused at the start', () => {
  const issuer = 'https://issuer.example';
  const wrong: unknown[] = [
    { name: 'company', issuer, ...own, scopes: ['email'] },
    { name: 'company', issuer, ...own, trustEmail: false },
    { name: 'company', issuer: 'ftp://issuer.example', ...own },
    { name: 'Company', issuer, ...own },
    { name: '__proto__', issuer, ...own },
    { name: 'constructor' },
    { issuer, ...own },
    'google',
    null,
  ];
  for (const each of wrong) assert.throws(() => read([each]), JSON.stringify(each));
  assert.throws(
    () =>
      read([
        { name: 'google', ...own },
        { name: 'google', ...own },
      ]),
    /same name/,
  );
  assert.throws(() => identityProviders.parse('{'), /JSON/);
  assert.throws(() => read({ name: 'google' }));
  assert.deepEqual(identityProviders.parse(undefined), []);
});
