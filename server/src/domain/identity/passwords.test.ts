import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from './passwords.ts';

test('a password matches its own hash and no other', async () => {
  const phc = await hashPassword('correct horse battery');
  assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.equal(await verifyPassword(phc, 'correct horse battery'), true);
  assert.equal(await verifyPassword(phc, 'correct horse batterY'), false);
});

test('equal passwords have different hashes', async () => {
  assert.notEqual(await hashPassword('correct horse battery'), await hashPassword('correct horse battery'));
});

test('nobody has the decoy’s password, whatever it is', async () => {
  assert.equal(await verifyPassword(null, 'a password nobody has'), false);
});
