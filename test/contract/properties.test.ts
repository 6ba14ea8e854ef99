import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { schema } from '@sightline/server/graphql/schema';
import { isInputObjectType, isObjectType } from 'graphql';
import { graphql } from '../harness/graphql.ts';
import { report } from '../security/report.ts';
import { accessCases } from './access-cases.ts';
import { attemptsOf } from './matrix/attempts.ts';
import { createWorld } from './matrix/world.ts';
import type { World } from './matrix/world.ts';

/** What somebody would add to an input in the hope that a row takes it. */
const forbidden = {
  organizationId: 'T3JnYW5pemF0aW9uOjAx',
  userId: 'VXNlcjowMQ',
  role: 'OWNER',
  id: 'U291cmNlOjAx',
  createdAt: '2026-01-01T00:00:00.000Z',
  isAdmin: true,
  permissions: ['ORGANIZATION_DELETE'],
  planCode: 'unlimited',
  passwordHash: '$2b$12$',
  emailVerifiedAt: '2026-01-01T00:00:00.000Z',
  constructor: { prototype: { isAdmin: true } },
};

let world: World;
before(async () => {
  world = await createWorld();
});
after(() => world[Symbol.asyncDispose]());

test('no input takes a field it does not have, nor lets one into the prototype of all', async () => {
  const counts = { tried: 0, taken: 0 };
  const taken: string[] = [];
  for (const [key, accessCase] of Object.entries(accessCases)) {
    const [attempt] = attemptsOf(key, accessCase);
    const argument = attempt?.root.getFields()[key.split('.')[1] ?? '']?.args.find(({ name }) => name === 'input');
    const type = argument && schema.getType(String(argument.type).replace('!', ''));
    if (!attempt || !isInputObjectType(type)) continue;
    const { input } = accessCase.variables(attempt.aim(world.victim)) as { input: object };
    const extras = Object.entries(forbidden).filter(([name]) => !Object.hasOwn(type.getFields(), name));
    const inputs = extras.map(([name, value]) => ({ name, input: { ...input, [name]: value } as object }));
    // As a key of its own, which only JSON can write.
    inputs.push({
      name: '__proto__',
      input: JSON.parse(`{"__proto__":{"isAdmin":true},${JSON.stringify(input).slice(1)}`),
    });
    for (const { name, input: more } of inputs) {
      const { errors, data } = await graphql(world.server, attempt.operation, { input: more }, world.owner);
      counts.tried += 1;
      if (errors.length > 0 && data == null) continue;
      counts.taken += 1;
      taken.push(`${key} took ${name}`);
    }
  }
  assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined);
  report('fields that no input has', counts);
  assert.ok(counts.tried >= 200, String(counts.tried));
  assert.deepEqual(taken, []);
});

describe('what types show', () => {
  /** Shown once, to whom they are for, by what makes them. */
  const secrets = new Set([
    'CreateApiKeyPayload.secret',
    'RerollApiKeyPayload.secret',
    'EnrollTotpPayload.secret',
    'ConfirmTotpPayload.recoveryCodes',
    'NewRecoveryCodesPayload.recoveryCodes',
  ]);
  const allowed = (path: string) =>
    secrets.has(path) ||
    // Tokens of whoever just signed in, and yes or no about a password.
    /Payload\.(token|refreshToken|deviceToken)$/.test(path) ||
    /\.(hasPassword|secondFactor|recoveryCodesLeft)$/.test(path) ||
    // Digests of the audit log, which are there to be compared.
    path.startsWith('AuditEntry.');

  test('no column that is secret, or ours alone, is a field of any type', () => {
    const denied =
      /hash|secret|seed|sealed|totp|token|password|privateKey|storageKey|recovery|leaseOwner|providerTokens/i;
    const shown = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .flatMap((type) =>
        isObjectType(type) ? Object.keys(type.getFields()).map((name) => `${type.name}.${name}`) : [],
      )
      .filter((path) => !/^(Query|Mutation|Subscription)\./.test(path))
      .filter((path) => denied.test(path.split('.')[1] ?? '') && !allowed(path));
    assert.deepEqual(shown, []);
  });
});
