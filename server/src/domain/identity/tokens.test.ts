import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashSecret, newSecret, secretKind } from './tokens.ts';

test('a secret tells its kind and is never given twice', () => {
  const secrets = Array.from({ length: 100 }, () => newSecret('apiKey'));
  assert.equal(new Set(secrets).size, 100);
  assert.ok(secrets.every((secret) => secretKind(secret) === 'apiKey'));
  assert.equal(secretKind(newSecret('signIn')), 'signIn');
});

test('what does not look like a secret is none, so it costs no query', () => {
  const almost = newSecret('signIn');
  for (const text of ['', 'x', almost.slice(1), `${almost}=`, almost.replace('sls_', 'slx_'), `${almost}\n`]) {
    assert.equal(secretKind(text), null, JSON.stringify(text));
  }
});

test('a hash does not contain its secret', () => {
  const secret = newSecret('signIn');
  assert.equal(hashSecret(secret).byteLength, 32);
  assert.ok(!Buffer.from(hashSecret(secret)).toString('latin1').includes(secret.slice(4, 12)));
});
