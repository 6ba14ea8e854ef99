import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultAppRole } from '@sightline/db/app-role';
import pg from 'pg';
import { graphql } from '../harness/graphql.ts';
import { signUp, uuidOf } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';

/** Statements of somebody who found a way to send their own as the application's role. */
const attackOf = (organizationId: string) => `
  create temp table "AuditChain" ("id" uuid primary key, "lastSeq" bigint, "lastHash" bytea, "prunedSeq" bigint, "prunedHash" bytea);
  insert into pg_temp."AuditChain" values ('${organizationId}', 1000, decode(repeat('00', 32), 'hex'), 0, null);
  create table pg_temp.heard ("who" text);
  grant all on pg_temp.heard to public;
  create function pg_temp.hear() returns trigger language plpgsql as $$
    begin insert into pg_temp.heard values (current_user); return new; end $$;
  create trigger hear before insert or update on pg_temp."AuditChain" for each row execute function pg_temp.hear()`;

test('tables that the application’s role makes for itself are not what the chain is kept in, nor run anything as its owner', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  const organizationId = uuidOf(person.organizationId);
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  try {
    const owner = (await client.query('select current_user as "who"')).rows[0].who;
    await client.query(`set role ${pg.escapeIdentifier(defaultAppRole)}`);
    await client.query(`select set_config('app.organization_id', $1, false)`, [organizationId]);
    await client.query(attackOf(organizationId));
    const entry = `insert into "AuditEntry" ("id", "organizationId", "action", "requestId")
      values (gen_random_uuid(), '${organizationId}', 'forged', 'a request') returning "seq"`;
    await client.query(entry);
    const { rows } = await client.query('select "who" from pg_temp.heard');
    assert.ok(!rows.some(({ who }) => who === owner), 'a trigger of the role’s own ran as the owner of the tables');
    assert.deepEqual(rows, []);
  } finally {
    await client.end();
  }
  const log = '{ auditLog(filter: { actions: ["forged"] }) { edges { node { action } } } }';
  assert.equal((await graphql(server, log, {}, person)).expectData().auditLog.edges.length, 1);
});
