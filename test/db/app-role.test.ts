import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { migrateDatabase } from '@sightline/db/migrate';
import { loadConfig } from '@sightline/server/config';
import { graphql } from '../harness/graphql.ts';
import { signUp } from '../harness/people.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import { createBlankDatabase, query, testCluster } from '../harness/database.ts';

const { adminUrl } = testCluster();
const made: string[] = [];
after(async () => {
  for (const role of made) await query(adminUrl, `drop role if exists ${role}`);
});

const newName = (what: string) => {
  const name = `${what}_${randomBytes(4).toString('hex')}`;
  made.unshift(name);
  return name;
};

/** A database of its own login, which may make roles or may not. */
async function databaseOf(options: string) {
  const login = newName('login');
  const database = await createBlankDatabase();
  const name = new URL(database.url).pathname.slice(1);
  await query(adminUrl, `create role ${login} login password 'secret' ${options}`);
  await query(adminUrl, `alter database ${name} owner to ${login}`);
  const url = new URL(database.url);
  url.username = login;
  url.password = 'secret';
  return { url: url.href, login, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

const ready = async (server: { url: string }) =>
  (await (await fetch(`${server.url}/health/ready`)).json()) as { rowSecurity: string };
const env = (appRole: string, more: Record<string, string> = {}) => ({ DATABASE_APP_ROLE: appRole, ...more });

describe('the role that row-level security holds back', () => {
  test('is made by a login that may, which can then switch to it and loses nothing itself', async () => {
    await using database = await databaseOf('createrole');
    const appRole = newName('app');
    await migrateDatabase(database.url, { appRole });
    await migrateDatabase(database.url, { appRole });
    await using server = await startTestServer({ databaseUrl: database.url, env: env(appRole) });
    assert.equal((await ready(server)).rowSecurity, 'on');
    const person = await signUp(server);
    const { viewer } = (await graphql(server, '{ viewer { organization { id } } }', {}, person)).expectData();
    assert.equal(viewer.organization.id, person.organizationId);
  });

  test('where it may not be made, `auto` goes without and says so, `required` does not start', async () => {
    await using database = await databaseOf('nocreaterole');
    const appRole = newName('app');
    const missing: string[] = [];
    await migrateDatabase(database.url, { appRole, onAppRoleMissing: (role) => missing.push(role) });
    assert.deepEqual(missing, [appRole]);
    {
      const auto = env(appRole, { ROW_SECURITY: 'auto' });
      await using server = await startTestServer({ databaseUrl: database.url, env: auto });
      assert.equal((await ready(server)).rowSecurity, 'off');
      assert.equal(server.logs.filter((line) => line.includes('row security is off')).length, 1);
      assert.ok((await signUp(server)).token);
    }
    const required = startTestServer({ databaseUrl: database.url, env: env(appRole) });
    await assert.rejects(required, /ROW_SECURITY is required/);
  });

  test('made by somebody who may, it is used after the next migration', async () => {
    await using database = await databaseOf('nocreaterole');
    const appRole = newName('app');
    await query(adminUrl, `create role ${appRole} nologin noinherit; grant ${appRole} to ${database.login}`);
    await migrateDatabase(database.url, { appRole, onAppRoleMissing: () => assert.fail('it is there') });
    await using server = await startTestServer({ databaseUrl: database.url, env: env(appRole) });
    assert.equal((await ready(server)).rowSecurity, 'on');
    assert.ok((await signUp(server)).token);
  });

  test('may be a login of its own, from which there is no way back', async () => {
    await using database = await databaseOf('nocreaterole');
    const appRole = newName('app');
    await query(adminUrl, `create role ${appRole} login password 'secret'`);
    await migrateDatabase(database.url, { appRole });
    const appUrl = new URL(database.url);
    appUrl.username = appRole;
    const more = { DATABASE_APP_URL: appUrl.href };
    await using server = await startTestServer({ databaseUrl: database.url, env: env(appRole, more) });
    assert.equal((await ready(server)).rowSecurity, 'on');
    assert.ok((await signUp(server)).token);
    await assert.rejects(query(appUrl.href, `reset role; select * from "DataKey"`), { code: '42501' });
    assert.deepEqual(await query(appUrl.href, `select * from "User"`), []);
  });

  test('a login that sees everything is not taken for the fence', async () => {
    await using database = await databaseOf('nocreaterole');
    const appRole = newName('app');
    await migrateDatabase(database.url, { appRole });
    const more = { DATABASE_APP_URL: database.url, ROW_SECURITY: 'auto' };
    const starting = startTestServer({ databaseUrl: database.url, env: env(appRole, more) });
    await assert.rejects(starting, /sees every row/);
  });

  test('its name is a plain one', () => {
    const given = { DATABASE_URL: 'postgres://x@y/z', SERVICE_TOKEN: serviceToken, SIGNING_KEY: serviceToken };
    assert.throws(() => loadConfig({ ...given, DATABASE_APP_ROLE: 'a"; drop' }), /plain name/);
  });
});
