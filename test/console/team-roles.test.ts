import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Permission, Role } from '@sightline/core';
import { permissionTable, permissions } from '@sightline/server/domain/identity/permissions';
import { mayGive, roles, roleTable, sourcePermissions } from '../../clients/console/src/pages/team/role-table.ts';
import { teamSearch } from '../../clients/console/src/pages/team/team-search.ts';

const nameOf = (permission: string) => permission.toUpperCase().replace(':', '_');

test('what the page says that roles may do is what they may do', () => {
  const told = Object.fromEntries(Object.entries(roleTable).map(([name, who]) => [name, who.toSorted()]));
  const decided = permissions.map((name) => [nameOf(name), permissionTable[name].roles.toSorted()]);
  assert.deepEqual(told, Object.fromEntries(decided));
  assert.deepEqual(roles.toSorted(), Object.values(Role).toSorted());
  assert.deepEqual(
    sourcePermissions.toSorted(),
    permissions
      .filter((name) => permissionTable[name].perSource)
      .map(nameOf)
      .toSorted(),
  );
});

test('nobody is offered to give a role that may do more than they', () => {
  const all = Object.values(Permission);
  const allowedTo = (role: Role) => all.filter((name) => (roleTable[name] as readonly Role[]).includes(role));
  const givenBy = (role: Role) => roles.filter((each) => mayGive(allowedTo(role), each));
  assert.deepEqual(givenBy('OWNER'), roles);
  assert.deepEqual(givenBy('ADMIN'), ['ADMIN', 'OPERATOR', 'VIEWER', 'GUEST']);
  assert.deepEqual(givenBy('VIEWER'), ['VIEWER', 'GUEST']);
});

test('an address of the page says what it shows, and what makes no sense in it is nothing', () => {
  assert.deepEqual(teamSearch({ tab: 'teams', open: 'x' }), { tab: 'teams', open: 'x' });
  assert.deepEqual(teamSearch({ tab: 'members', open: 3, other: 'y' }), {});
});
