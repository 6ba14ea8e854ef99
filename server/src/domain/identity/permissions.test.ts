import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiKeyScope, Role } from '@sightline/db/client';
import { permissions, permissionsOf, sourcePermissionsOf } from './permissions.ts';

const allScopes = Object.values(ApiKeyScope);

test('an owner may do everything, a viewer only look, a guest nothing by the role alone', () => {
  assert.deepEqual([...permissionsOf('OWNER', null)], permissions);
  assert.deepEqual([...permissionsOf('VIEWER', null)], ['read', 'members:read']);
  assert.deepEqual([...permissionsOf('GUEST', null)], []);
});

test('who pays sees no pictures', () => {
  assert.ok(!permissionsOf('BILLING', null).has('read'));
});

test('a key never may more than its maker, nor more than its scopes', () => {
  for (const role of Object.values(Role)) {
    const ofRole = permissionsOf(role, null);
    for (const permission of permissionsOf(role, allScopes)) assert.ok(ofRole.has(permission));
    assert.deepEqual([...permissionsOf(role, [])], []);
  }
  assert.deepEqual([...permissionsOf('OWNER', ['INFER'])], ['inference:use']);
  assert.deepEqual([...permissionsOf('VIEWER', ['WRITE'])], []);
});

test('no key can make keys, or members, or roles', () => {
  const most = permissionsOf('OWNER', allScopes);
  assert.deepEqual(
    [...most].filter((permission) => permission.endsWith(':write')),
    // A clock can be moved in a sandbox alone.
    ['sources:write', 'sessions:write', 'clock:write'],
  );
});

test('a custom role gives for a source what can be given for a source, and nothing else', () => {
  const names = ['read', 'sessions:write', 'members:write', 'no such thing'];
  assert.deepEqual([...sourcePermissionsOf(names, null)], ['read', 'sessions:write']);
  assert.deepEqual([...sourcePermissionsOf(names, ['READ'])], ['read']);
});
