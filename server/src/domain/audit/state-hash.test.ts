import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateHash } from './state-hash.ts';

test('equal states have equal hashes, whatever the order of their fields', () => {
  const at = new Date(0);
  assert.deepEqual(stateHash({ a: 1n, b: { c: at, d: [1, 2] } }), stateHash({ b: { d: [1, 2], c: at }, a: '1' }));
  assert.notDeepEqual(stateHash({ a: [1, 2] }), stateHash({ a: [2, 1] }));
});

test('bytes count by what is in them', () => {
  assert.notDeepEqual(stateHash({ a: Buffer.from('a') }), stateHash({ a: Buffer.from('b') }));
  assert.deepEqual(stateHash({ a: new Uint8Array([1]) }), stateHash({ a: Buffer.from([1]) }));
});

test('nothing has no hash', () => {
  assert.equal(stateHash(undefined), null);
  assert.equal(stateHash(null), null);
});
