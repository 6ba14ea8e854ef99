import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash as hashBcrypt } from '@node-rs/bcrypt';
import { createPasswordHasher, hashPassword, isOutdated } from './passwords.ts';

const { verify, hash } = createPasswordHasher();

test('a password matches its own hash and no other', async () => {
  const phc = await hash('correct horse battery');
  assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.equal(await verify(phc, 'correct horse battery'), true);
  assert.equal(await verify(phc, 'correct horse batterY'), false);
});

test('equal passwords have different hashes', async () => {
  assert.notEqual(await hashPassword('correct horse battery'), await hashPassword('correct horse battery'));
});

test('nobody has the decoy’s password, whatever it is', async () => {
  assert.equal(await verify(null, 'a password nobody has'), false);
});

test('a password is the same however its letters were composed', async () => {
  const phc = await hash('contrase\u00f1a de Nu\u00f1ez');
  assert.equal(await verify(phc, 'contrasen\u0303a de Nun\u0303ez'), true);
});

test('bcrypt from elsewhere is taken, and wants to be made anew; so does argon2 with less', async () => {
  const fromElsewhere = await hashBcrypt('correct horse battery', { cost: 4 });
  assert.equal(await verify(fromElsewhere, 'correct horse battery'), true);
  assert.equal(await verify(fromElsewhere, 'correct horse batterY'), false);
  assert.equal(isOutdated(fromElsewhere), true);
  assert.equal(isOutdated('$argon2id$v=19$m=4096,t=2,p=1$c2FsdHNhbHQ$aGFzaA'), true);
  assert.equal(isOutdated(await hash('correct horse battery')), false);
});

test('few are hashed at a time, and a queue that is full refuses', async () => {
  let evaluations = 0;
  const small = createPasswordHasher({ maxConcurrent: 1, maxWaiting: 2, onEvaluation: () => (evaluations += 1) });
  const asked = await Promise.allSettled(Array.from({ length: 5 }, () => small.hash('correct horse battery')));
  assert.deepEqual(
    asked.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
  );
  assert.equal(evaluations, 3);
  assert.equal(await small.verify(null, 'somebody’s later'), false);
});
