import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Role } from '@sightline/db/client';
import { permissionsOf } from './permissions.ts';
import { permissions } from './viewer.ts';

test('an owner may do everything, an observer only read', () => {
  assert.deepEqual([...permissionsOf('OWNER', null)].sort(), [...permissions].sort());
  assert.deepEqual([...permissionsOf('OBSERVER', null)], ['read']);
});

test('a key never may more than its maker, nor more than its scopes', () => {
  for (const role of Object.values(Role)) {
    const ofRole = permissionsOf(role, null);
    for (const permission of permissionsOf(role, ['READ', 'WRITE', 'INFER'])) assert.ok(ofRole.has(permission));
    assert.deepEqual([...permissionsOf(role, [])], []);
  }
  assert.deepEqual([...permissionsOf('OWNER', ['INFER'])], ['inference:use']);
  assert.deepEqual([...permissionsOf('OBSERVER', ['WRITE'])], []);
});

test('no key can make keys', () => {
  assert.ok(!permissionsOf('OWNER', ['READ', 'WRITE', 'INFER']).has('keys:write'));
});
