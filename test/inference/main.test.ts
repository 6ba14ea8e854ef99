import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { childEnvironment } from '../harness/child-environment.ts';
import { localToken } from './sidecar.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('npm run inference', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-inference-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Starts the program. Whatever it does, it is gone with the test. */
  function start(env: Record<string, string>, stdio: StdioOptions = ['ignore', 'pipe', 'pipe']) {
    const child = spawn(process.execPath, ['inference/src/main.ts'], {
      cwd: root,
      stdio,
      env: { ...childEnvironment(), MODEL: 'blobs', DATA_DIR: folder, INFERENCE_PORT: '0', ...env },
    });
    const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    return {
      child,
      exited,
      output: () => output,
      /** Waits until the output has it; ends with the program. */
      async says(pattern: RegExp): Promise<RegExpExecArray> {
        for (;;) {
          const found = pattern.exec(output);
          if (found) return found;
          if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${output}`);
          await Promise.race([once(child.stdout ?? child, 'data'), exited]);
        }
      },
      async [Symbol.asyncDispose]() {
        if (isRunning(child)) child.kill('SIGKILL');
        await exited;
      },
    };
  }

  test('alone it prints where it is, its token, and a line to try that works; Ctrl-C ends it', async () => {
    await using program = start({});
    const [, line = ''] = await program.says(/^ {2}(curl .+\/predict)$/m);
    const [, token = ''] = await program.says(/Local token +(\S{32,})/);
    const [, docs = ''] = await program.says(/Docs +(http:\S+)/);
    assert.ok(line.includes(token));
    assert.equal((await fetch(docs)).status, 200);
    const { stdout } = await promisify(execFile)('sh', ['-c', `${line} -s`], { cwd: root });
    assert.match(stdout, /"label":"red"/);

    program.child.kill('SIGINT');
    assert.deepEqual(await program.exited, [0, null]);
  });

  test('every mistake in the configuration is named at once', async () => {
    await using program = start({
      INFERENCE_PORT: 'many',
      SERVICE_TOKEN: 'short',
      SERVER_URL: 'nowhere',
      ENGINES: '0',
      MODEL: '../x',
    });
    assert.deepEqual(await program.exited, [1, null]);
    for (const name of ['INFERENCE_PORT', 'SERVICE_TOKEN', 'SERVER_URL', 'ENGINES', 'MODEL']) {
      assert.match(program.output(), new RegExp(`^  ${name}: `, 'm'));
    }
    assert.doesNotMatch(program.output(), /short|at .*\.ts/, 'no secret and no stack');
  });

  test('a port that is taken is named, with what to do', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    try {
      const { port } = holder.address() as AddressInfo;
      await using program = start({ INFERENCE_PORT: String(port) });
      assert.deepEqual(await program.exited, [1, null]);
      assert.match(program.output(), new RegExp(`Port ${port} .* INFERENCE_PORT`));
    } finally {
      holder.close();
    }
  });

  test('without its model it ends with a sentence that says what to do', async () => {
    await using program = start({
      MODEL: 'nanodet-g',
      MODELS_DIR: join(folder, 'none'),
      npm_config_registry: 'http://127.0.0.1:1',
      PATH: '',
    });
    assert.deepEqual(await program.exited, [1, null]);
    assert.match(program.output(), /^The model nanodet-g could not be fetched .*MODEL=blobs/m);
  });

  test('SIGTERM under work ends it in seconds, with the work done', async () => {
    await using program = start({ LOCAL_TOKEN: localToken, BLOBS_DELAY_MS: '500' });
    const [, url = ''] = await program.says(/Server listening at (http:[^"]+)/);
    await program.says(/model ready/);
    const { twoBlobs } = await import('./pictures.ts');
    const headers = { authorization: `Bearer ${localToken}`, 'content-type': 'image/png' };
    const working = fetch(`${url}/predict`, { method: 'POST', headers, body: await twoBlobs() });
    while (!/pending_bytes [1-9]/.test(await (await fetch(`${url}/metrics`)).text()));
    const toldAt = performance.now();
    program.child.kill('SIGTERM');
    assert.equal((await working).status, 200);
    assert.deepEqual(await program.exited, [0, null]);
    const tookMs = performance.now() - toldAt;
    assert.ok(tookMs < 3_000, `${tookMs} ms for half a second of work`);
  });

  test('it does not outlive whoever started it: closed input', async () => {
    await using program = start({ PARENT_WATCH: '1', LOCAL_TOKEN: localToken }, ['pipe', 'pipe', 'pipe']);
    await program.says(/model ready/);
    program.child.stdin?.end();
    assert.deepEqual(await program.exited, [0, null]);
  });

  test('it does not outlive whoever started it: closed channel', async () => {
    await using program = start({ PARENT_WATCH: '1', LOCAL_TOKEN: localToken }, ['ignore', 'pipe', 'pipe', 'ipc']);
    await program.says(/model ready/);
    program.child.disconnect();
    assert.deepEqual(await program.exited, [0, null]);
  });

  test('every line of its log is JSON, and those of a request have its id', async () => {
    await using program = start({ LOCAL_TOKEN: localToken });
    const [, url = ''] = await program.says(/Server listening at (http:[^"]+)/);
    await fetch(`${url}/nowhere`, { headers: { 'x-request-id': 'frame-42' } });
    await program.says(/frame-42[^\n]+\n/);
    const lines = program
      .output()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) assert.equal(line['service'], 'inference');
    const request = lines.find(({ requestId }) => requestId === 'frame-42');
    assert.deepEqual([request?.['status'], request?.['level']], [404, 'info']);
  });

  test('the runtime reports nothing to its maker and leaves no device id in the home folder', async () => {
    const HOME = join(folder, 'home');
    await mkdir(HOME);
    await using sidecar = start({ HOME, LOCAL_TOKEN: localToken });
    const url = (await sidecar.says(/http:\/\/127\.0\.0\.1:\d+/))[0];
    for (let isReady = false; !isReady;) isReady = (await fetch(`${url}/health/ready`)).ok;
    sidecar.child.kill('SIGTERM');
    await sidecar.exited;
    assert.deepEqual(await readdir(HOME, { recursive: true }), []);
  });
});

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;
