import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '@sightline/inference/config';

const secret = 'x'.repeat(32);

/** The variables that a ConfigError names. */
function named(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').map((line) => line.split(':')[0] ?? '');
    throw error;
  }
  return [];
}

test('with nothing set it listens on this machine only and keeps its models under data', () => {
  const config = loadConfig({});
  assert.deepEqual([config.host, config.port, config.model], ['127.0.0.1', 4001, 'nanodet-g']);
  assert.equal(config.modelsDirectory, resolve('data', 'models'));
  assert.deepEqual([config.sourceDirectories, config.frameOrigins], [[], []]);
  assert.ok(config.isAlone && config.intraThreads >= 1 && config.intraThreads <= 4);
});

test('an empty variable is one that is not set', () => {
  assert.deepEqual(loadConfig({ HOST: '', MODEL: '', SERVER_URL: '' }), loadConfig({}));
});

test('every wrong variable is named, in one go', () => {
  const wrong = {
    INFERENCE_PORT: '70000',
    MODEL: '../../etc',
    ENGINES: '1.5',
    LOCAL_TOKEN: 'short',
    SERVER_URL: 'ftp://server',
    S3_ENDPOINT: 'somewhere',
    LOG_LEVEL: 'loud',
    PARENT_WATCH: 'yes',
    npm_config_registry: 'npm',
  };
  assert.deepEqual(named(wrong).toSorted(), [...Object.keys(wrong), 'SERVICE_TOKEN'].toSorted());
});

test('a server to ask needs the token that it answers to', () => {
  assert.deepEqual(named({ SERVER_URL: 'http://127.0.0.1:4000' }), ['SERVICE_TOKEN']);
  assert.deepEqual(named({ SERVER_URL: 'http://127.0.0.1:4000', SERVICE_TOKEN: secret }), []);
});

test('pictures come from the server and the file storage, by origin', () => {
  const { frameOrigins, serverUrl } = loadConfig({
    SERVER_URL: 'http://127.0.0.1:4000/',
    SERVICE_TOKEN: secret,
    S3_ENDPOINT: 'https://storage.example/bucket',
  });
  assert.equal(serverUrl, 'http://127.0.0.1:4000');
  assert.deepEqual(frameOrigins, ['http://127.0.0.1:4000', 'https://storage.example']);
});
