import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApiKey } from './keys/key-shape.ts';
import { hashSecret, newSecret, secretKind } from './tokens.ts';

const opaque = `sls_${'a'.repeat(43)}`;
const signed = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln';

test('a secret is never given twice', () => {
  assert.equal(new Set(Array.from({ length: 100 }, () => newSecret('oneTime'))).size, 100);
});

test('a credential tells its kind', () => {
  assert.equal(secretKind(newApiKey()), 'apiKey');
  assert.equal(secretKind(opaque), 'signIn');
  assert.equal(secretKind(signed), 'accessToken');
});

test('what does not look like a credential is none, so it costs no query', () => {
  const strangers = ['', 'x', opaque.slice(1), `${opaque}=`, opaque.replace('sls_', 'slx_'), `${opaque}\n`];
  const halves = [`${signed}.`, `${signed}\n`, signed.slice(1), 'eyJ.eyJ', `${signed}=`, newSecret('oneTime')];
  for (const text of [...strangers, ...halves]) assert.equal(secretKind(text), null, JSON.stringify(text));
});

test('a hash does not contain its secret', () => {
  const secret = newSecret('oneTime');
  assert.equal(hashSecret(secret).byteLength, 32);
  assert.ok(!Buffer.from(hashSecret(secret)).toString('latin1').includes(secret.slice(4, 12)));
});
