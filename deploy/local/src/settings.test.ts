import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { SettingsError, readSettings } from './settings.ts';

const problems = (env: Record<string, string>, args: string[] = []): string[] => {
  try {
    readSettings(args, env, '/somewhere');
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message.split('\n');
  }
};

test('with nothing set everything has a default', () => {
  assert.deepEqual(readSettings([], {}, '/somewhere'), {
    host: '127.0.0.1',
    port: 4000,
    inferencePort: 4001,
    dataDir: '/somewhere/data',
    databaseUrl: null,
    redisUrl: null,
    sourceDirs: [],
    servers: 1,
    demo: true,
    help: false,
  });
});

test('variables and arguments are honoured, empty ones are not set', () => {
  const env = {
    HOST: '::1',
    PORT: '0',
    INFERENCE_PORT: '5001',
    DATA_DIR: 'here',
    DATABASE_URL: 'postgres://u:p@h/d',
    REDIS_URL: 'redis://h',
    SOURCE_DIRS: `${tmpdir()}:/`,
    PUBLIC_URL: '',
  };
  assert.deepEqual(readSettings(['--no-demo'], env, '/somewhere'), {
    host: '::1',
    port: 0,
    inferencePort: 5001,
    dataDir: '/somewhere/here',
    databaseUrl: 'postgres://u:p@h/d',
    redisUrl: 'redis://h',
    sourceDirs: [tmpdir(), '/'],
    servers: 1,
    demo: false,
    help: false,
  });
});

test('every problem is listed at once, each by the name of its variable', () => {
  const env = {
    HOST: 'a b',
    PORT: 'abc',
    INFERENCE_PORT: '99999',
    DATABASE_URL: 'mysql://x',
    REDIS_URL: 'nowhere',
    PUBLIC_URL: 'ftp://x',
    SOURCE_DIRS: '/does/not/exist',
    SIGNING_KEY: 'short',
    SERVICE_TOKEN: 'short',
  };
  const names = problems(env).map((line) => line.split(':')[0]);
  assert.deepEqual(names.sort(), Object.keys(env).sort());
});

test('half of an S3 configuration names the other half', () => {
  const missing = problems({ S3_BUCKET: 'b', S3_ENDPOINT: 'http://s' }).map((line) => line.split(':')[0]);
  assert.deepEqual(missing, ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']);
});

test('two ports that are the same cannot both be had', () => {
  assert.match(problems({ PORT: '4001' }).join(), /INFERENCE_PORT: is 4001, the same as PORT/);
});

test('an argument nobody knows is a problem too, and a password is never repeated', () => {
  const lines = problems({ DATABASE_URL: 'mysql://u:hunter2@h/d' }, ['--bogus']);
  assert.equal(lines.length, 2);
  assert.match(lines.join(), /--bogus/);
  assert.doesNotMatch(lines.join(), /hunter2/);
});

test('several servers need an address of Redis, and are few', () => {
  const redis = 'redis://127.0.0.1:6379';
  const given = readSettings(['--servers', '2', '--redis', redis], { REDIS_URL: 'redis://other' }, '/somewhere');
  assert.deepEqual([given.servers, given.redisUrl], [2, redis]);
  assert.match(problems({}, ['--servers', '2']).join(), /^--servers: several servers .* --redis redis:/);
  assert.deepEqual(problems({ REDIS_URL: redis }, ['--servers', '3']), []);
  for (const servers of ['0', '4', 'two', '1.5', ''])
    assert.deepEqual(problems({ REDIS_URL: redis }, ['--servers', servers]), [
      `--servers: "${servers}" is not a number from 1 to 3`,
    ]);
  assert.deepEqual(problems({}, ['--servers', '2', '--redis', 'http://x']), [
    'REDIS_URL: is no address; it must begin with redis:// or rediss://',
  ]);
});
