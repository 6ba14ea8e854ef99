import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordProblem } from './password-policy.ts';

const own = ['ana.torres@example.com', 'Ana Torres Gil'];

for (const password of [
  'short',
  'x'.repeat(129),
  'aaaaaaaaaaaa',
  'abababababab',
  '1234567890',
  'abcdefghijklm',
  'qwertyuiop',
  'Password123!',
  '!!P4ssw0rd2026',
  'contraseña99',
  'passwordpassword',
  'Ana Torres Gil',
  'ana.torres@example.com',
  'ana.torres2026',
]) {
  test(`“${password.slice(0, 30)}” is refused`, () => assert.notEqual(passwordProblem(password, own), null));
}

for (const password of [
  'a long enough password',
  'correct horse battery',
  'my password is a long one',
  '🔑🗝️🚪🏠🌳🐈🐕🦜🐟🐢',
  'ñandú corriendo en la pampa',
  `${'🦜'.repeat(120)}abcdefgh`,
]) {
  test(`“${password.slice(0, 30)}” is taken`, () => assert.equal(passwordProblem(password, own), null));
}

test('128 characters are 128, however many units they are stored in', () => {
  assert.equal(passwordProblem('áéíóú🦜ab'.repeat(16), own), null);
  assert.notEqual(passwordProblem(`${'áéíóú🦜ab'.repeat(16)}c`, own), null);
});
