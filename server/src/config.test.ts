import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from './config.ts';

const minimal = {
  DATABASE_URL: 'postgres://user:password@127.0.0.1:5432/sightline',
  SERVICE_TOKEN: 'service-token-of-at-least-32-characters',
  SIGNING_KEY: 'signing-key-with-at-least-32-characters',
};

const problemsOf = (env: Record<string, string>) => {
  try {
    loadConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.split('\n').sort();
  }
  return [];
};

test('defaults are safe: loopback, in-process bus, local disk', () => {
  const config = loadConfig(minimal);
  assert.equal(config.host, '127.0.0.1');
  assert.deepEqual(config.bus, { kind: 'memory' });
  assert.equal(config.storage.kind, 'disk');
});

test('every problem is told at once, by the name of its variable', () => {
  const problems = problemsOf({
    PORT: '70000',
    DATABASE_URL: 'mysql://x/y',
    SERVICE_TOKEN: 'short',
    REDIS_URL: 'http://x',
  });
  const names = problems.map((line) => line.split(':')[0]);
  assert.deepEqual(names, ['DATABASE_URL', 'PORT', 'REDIS_URL', 'SERVICE_TOKEN', 'SIGNING_KEY']);
  assert.ok(problems.includes('SIGNING_KEY: is required but missing'));
});

test('an empty variable counts as missing', () => {
  assert.deepEqual(problemsOf({ ...minimal, DATABASE_URL: '' }), ['DATABASE_URL: is required but missing']);
  assert.deepEqual(loadConfig({ ...minimal, REDIS_URL: '' }).bus, { kind: 'memory' });
});

test('half of an S3 configuration is refused, not ignored', () => {
  const names = problemsOf({ ...minimal, S3_BUCKET: 'files' }).map((line) => line.split(':')[0]);
  assert.deepEqual(names, ['S3_ACCESS_KEY_ID', 'S3_ENDPOINT', 'S3_SECRET_ACCESS_KEY']);
});

test('no message repeats a value, which may be a secret', () => {
  const secret = 'postgres-but-mistyped://user:hunter2@host/db';
  assert.ok(
    !problemsOf({ ...minimal, DATABASE_URL: secret })
      .join()
      .includes('hunter2'),
  );
});
