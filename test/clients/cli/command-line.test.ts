import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from 'sightline/commands';
import { startFakeFeed } from '../fake-feed.ts';
import { startFakeServer } from '../fake-server.ts';
import { run } from './run.ts';

const program = fileURLToPath(new URL('../../../clients/cli/src/sightline.ts', import.meta.url));
let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'sightline-cli-'));
});
after(() => rm(home, { recursive: true, force: true }));
const nobody = { SIGHTLINE_URL: 'http://127.0.0.1:9', SIGHTLINE_INFERENCE_URL: 'http://127.0.0.1:9' };

test('every command says what it does, with an example that it understands, and is in the help', async () => {
  const whole = await run(['--help'], { home });
  assert.equal(whole.code, 0);
  assert.deepEqual((await run([], { home })).out, whole.out);
  for (const { name, summary, examples } of commands) {
    assert.ok(whole.out.includes(`sightline ${name}`), name);
    const { code, out, err } = await run([...name.split(' '), '--help'], { home });
    assert.deepEqual([code, err], [0, ''], name);
    assert.ok(out.startsWith(`${summary}.\n`) && out.includes('--json') && out.includes('Examples'), name);
    assert.ok(examples.length > 0, name);
    for (const { line } of examples) {
      assert.ok(out.includes(line), name);
      assert.ok(line.includes(`sightline ${name.split(' ')[0]}`), line);
      for (const option of line.split('|')[0]?.match(/--[a-z][a-z-]*/g) ?? [])
        assert.ok(out.includes(option), `${line}: ${option}`);
    }
  }
  const group = await run(['sessions', '--help'], { home });
  assert.match(group.out, /sightline sessions run/);
  assert.doesNotMatch(group.out, /sightline keys/);
  assert.match((await run(['--version'], { home })).out, /^\d+\.\d+\.\d+\n$/);
});

test('wrong arguments are one line with the way out, exit code 2, for every command; in JSON where that was asked for', async () => {
  for (const { name, arguments: args = [] } of commands) {
    const words = name.split(' ');
    const wrong = [
      [...words, '--nonsense'],
      [...words, '--url', 'ftp://x', ...args.map(() => 'x')],
    ];
    if (args.some(({ isOptional }) => !isOptional)) wrong.push(words);
    if (!args.at(-1)?.isMany) wrong.push([...words, ...args.map(() => 'x'), 'one', 'two']);
    for (const line of wrong) {
      const { code, out, err } = await run(line, { home });
      assert.deepEqual([code, out], [2, ''], line.join(' ') + err);
      assert.match(err, /^[^\n]+\n$/, line.join(' '));
      const told = await run([...line, '--json'], { home });
      assert.equal(told.out, '');
      assert.equal(JSON.parse(told.err).error.exitCode, 2);
    }
  }
  assert.match(
    (await run(['sesions', 'run'], { home })).err,
    /^There is no command “sesions run”\. Did you mean “sessions run”\?/,
  );
  assert.match((await run(['sessions', 'rnu'], { home })).err, /Did you mean “sessions run”\?/);
  for (const [line, says] of [
    [['predict', 'a.jpg', '--threshold', '2'], /--threshold is a number from 0 to 1\./],
    [['events', 'tail', '--lines', '1.5'], /--lines is a whole number/],
    [['events', 'tail', '--type', 'SEEN'], /--type is one of OBJECT_ENTERED/],
    [['login', '--device', '--api-key'], /either/],
    [['predict', 'a.jpg', '--out', '.'], /would be written over/],
    [['status', '--url', 'http://me:secret@host'], /no password in it/],
    [['webhooks', 'listen', '--forward-to', 'http://192.0.2.1/hook'], /is not this machine/],
    [['webhooks', 'trigger', 'OBJECT_ENTERED', '--forward-to', 'http://localhost.example.com/'], /is not this machine/],
  ] as const) {
    const { code, err } = await run(line, { home });
    assert.equal(code, 2, line.join(' '));
    assert.match(err, says);
  }
});

test('where nobody is signed in every command that needs somebody says so, with exit code 3', async () => {
  const needs = [
    'whoami',
    'logout',
    'sources list',
    'sources get x',
    'sessions run --source x',
    'sessions list',
    'sessions get x',
  ];
  needs.push(
    'sessions stop x',
    'events tail',
    'predict x.jpg',
    'models',
    'keys list',
    'keys create x',
    'keys reroll x',
  );
  needs.push('keys revoke x', 'usage', 'webhooks listen --forward-to http://127.0.0.1:9');
  for (const line of needs) {
    const { code, out, err } = await run([...line.split(' '), '--json'], { home, env: nobody });
    assert.deepEqual([code, out], [3, ''], line + err);
    assert.equal(JSON.parse(err).error.exitCode, 3);
  }
});

test('a server that is not there is one line; status tells it by its exit code', async () => {
  const env = { ...nobody, SIGHTLINE_API_KEY: 'slk_0123456789abcdefghij' };
  const { code, out, err } = await run(['whoami'], { home, env });
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /^No server answers at http:\/\/127\.0\.0\.1:9\. .+\n$/);
  const status = await run(['status', '--json'], { home, env: nobody });
  assert.equal(status.code, 1);
  const [{ server, viewer }] = status.json as [{ server: { isReady: boolean }; viewer: unknown }];
  assert.deepEqual([server.isReady, viewer], [false, null]);
});

test('a file that came with a repository does not say who gets a key or a sign-in', async () => {
  const cwd = join(home, 'cloned');
  await mkdir(cwd, { recursive: true });
  const env = { SIGHTLINE_API_KEY: 'slk_0123456789abcdefghij' };
  await writeFile(join(cwd, 'sightline.json'), JSON.stringify({ url: 'https://sightline.example.net' }));
  const elsewhere = await run(['whoami'], { home, cwd, env });
  assert.equal(elsewhere.code, 1);
  assert.match(elsewhere.err, /SIGHTLINE_API_KEY would be sent to/);
  const files = { url: 'http://127.0.0.1:9', inferenceUrl: 'http://collector.example.net' };
  await writeFile(join(cwd, 'sightline.json'), JSON.stringify(files));
  const sidecar = await run(['models'], { home, cwd, env });
  assert.equal(sidecar.code, 1);
  assert.match(sidecar.err, /wants your sign-in sent to http:\/\/collector\.example\.net/);
  await writeFile(join(cwd, 'sightline.json'), '{ "url": 7 }');
  assert.match((await run(['whoami'], { home, cwd })).err, /sightline\.json: url has to be a text\..+init --force\n$/);
});

test('what others named cannot steer a terminal', async () => {
  await using server = await startFakeServer();
  const name = 'gate\u001B]0;owned\u0007\u001B[2J\u009B31m\u202Egpj';
  const node = {
    id: 's1',
    name,
    kind: 'IMAGES',
    path: null,
    frameIntervalMs: 1,
    fileCount: 1,
    hasCredential: false,
    createdAt: '2026-01-01T00:00:00Z',
  };
  server.reply({
    data: { sources: { edges: [{ cursor: '1', node }], pageInfo: { hasNextPage: false, endCursor: '1' } } },
  });
  const env = { SIGHTLINE_URL: server.url, SIGHTLINE_API_KEY: 'slk_0123456789abcdefghij' };
  for (const more of [[], ['--json']]) {
    const { code, out } = await run(['sources', 'list', ...more], { home, env, columns: 300 });
    assert.equal(code, 0);
    assert.ok(out.includes('gate'));
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(out.replaceAll('\n', ''), /[\u0000-\u001F\u007F-\u009F\u202E]/);
    if (more.length > 0) assert.equal((JSON.parse(out) as { name: string }).name, name);
  }
});

test('colours only on a terminal, and not where NO_COLOR, a dumb terminal or --no-color say no', async () => {
  const escape = '\u001B[1m';
  const cases = [
    [{}, {}, [], true],
    [{ columns: undefined }, {}, [], false],
    [{}, { NO_COLOR: '1' }, [], false],
    [{}, { TERM: 'dumb' }, [], false],
    [{}, {}, ['--no-color'], false],
  ] as const;
  for (const [terminal, env, more, isColoured] of cases) {
    const isPipe = 'columns' in terminal;
    const { out } = await run(['--help', ...more], { home, env, ...(!isPipe && { columns: 80 }) });
    assert.equal(out.includes(escape), isColoured, JSON.stringify([terminal, env, more]));
  }
});

test('a pipe that closes ends it well, and a program that is interrupted ends with 130', async () => {
  // Far more than a pipe holds, so that somebody has to be there to read it.
  await using server = await startFakeServer();
  const nodes = Array.from({ length: 100 }, (_, index) => ({
    id: `${index}`,
    name: 'n'.repeat(20_000),
    kind: 'IMAGES',
    path: null,
    frameIntervalMs: 1,
    fileCount: 1,
    hasCredential: false,
    createdAt: '2026-01-01T00:00:00Z',
  }));
  const edges = nodes.map((node) => ({ cursor: node.id, node }));
  server.reply({ data: { sources: { edges, pageInfo: { hasNextPage: false, endCursor: null } } } });
  const env = {
    ...process.env,
    XDG_CONFIG_HOME: home,
    SIGHTLINE_KEYCHAIN: 'off',
    SIGHTLINE_URL: server.url,
    SIGHTLINE_API_KEY: 'slk_0123456789abcdefghij',
  };
  const closed = spawn(process.execPath, [program, 'sources', 'list', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  closed.stderr.on('data', (chunk: Buffer) => (err += chunk));
  closed.stdout.once('data', () => closed.stdout.destroy());
  const [code] = (await once(closed, 'close')) as [number];
  assert.deepEqual([code, err], [0, '']);

  server.reply('hang');
  const waiting = spawn(process.execPath, [program, 'whoami'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  await server.received(2);
  waiting.kill('SIGINT');
  assert.deepEqual(await once(waiting, 'close'), [130, null]);
});

test('start runs the checkout that it is in, with what it is given, and ends as that ends; elsewhere it says what is missing', async () => {
  const none = await run(['start'], { home, cwd: home });
  assert.equal(none.code, 1);
  assert.match(none.err, /^There is no checkout of Sightline here\..+--checkout DIR\n$/);
  const checkout = join(home, 'checkout');
  await mkdir(join(checkout, 'docs'), { recursive: true });
  const scripts = {
    start: `node -e "require('fs').writeFileSync('given', process.argv.slice(1).join(' ')); process.exit(7)" --`,
  };
  await writeFile(join(checkout, 'package.json'), JSON.stringify({ name: '@sightline/repository', scripts }));
  const { code } = await run(['start', '--', '--no-demo'], { home, cwd: join(checkout, 'docs') });
  assert.equal(code, 7);
  assert.equal(await readFile(join(checkout, 'given'), 'utf8'), '--no-demo');
});

test('completion: bash reads the script and offers commands, options and values', async () => {
  const { out } = await run(['completion', 'bash'], { home });
  const file = join(home, 'completion.bash');
  await writeFile(file, out);
  const offers = (line: string) => {
    const words = line.split(' ');
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sightline; echo "\${COMPREPLY[*]}"`;
    return execFileSync('bash', ['-c', script, 'bash', file, ...words], { encoding: 'utf8' })
      .trim()
      .split(' ');
  };
  const first = offers('sightline ');
  for (const { name } of commands) assert.ok(first.includes(name.split(' ')[0] ?? ''), name);
  assert.deepEqual(offers('sightline sessions r'), ['run']);
  assert.deepEqual(offers('sightline events tail --fo'), ['--follow']);
  assert.deepEqual(offers('sightline events tail --follow --type SESSION_'), ['SESSION_STARTED', 'SESSION_ENDED']);
  assert.deepEqual(offers('sightline webhooks trigger --json OBJECT_E'), ['OBJECT_ENTERED']);
  assert.deepEqual(offers('sightline completion '), ['bash', 'zsh', 'fish', ...offers('sightline completion --')]);
  for (const shell of ['zsh', 'fish'])
    for (const { name, options = {} } of commands) {
      const script = (await run(['completion', shell], { home })).out;
      for (const option of Object.keys(options)) assert.ok(script.includes(option), `${shell} ${name} ${option}`);
    }
  assert.equal((await run(['completion', 'tcsh'], { home })).code, 2);
});

test('a sign-in file of somebody else’s making is named, and what is wrong with it', async () => {
  const other = join(home, 'broken');
  await mkdir(join(other, 'sightline'), { recursive: true });
  await writeFile(join(other, 'sightline', 'sign-ins.json'), 'no json');
  const { code, err } = await run(['whoami'], { home: other });
  assert.equal(code, 1);
  assert.match(err, /sign-ins\.json cannot be read\. Remove it, and sign in again\.\n$/);
  // The doctor goes on, and says it in its table.
  const { json } = await run(['doctor', '--json'], { home: other, env: nobody });
  const rows = json as { check: string; state: string; fix: string | null }[];
  assert.equal(rows.find(({ check }) => check === 'settings')?.state, 'fail');
  await chmod(join(other, 'sightline'), 0o755);
  const open = await run(['doctor'], { home: other, env: nobody });
  assert.match(open.out, /FAIL {2}secrets +\S+ is open to others\n +fix chmod 700 /);
});

test('a folder that cannot be written to ends a command before anything is asked, with a code and why', async () => {
  const file = join(home, 'file.txt');
  await writeFile(file, '');
  const env = { ...nobody, SIGHTLINE_API_KEY: 'slk_0123456789abcdefghij' };
  const cases: [path: string, says: RegExp][] = [
    [file, /is a file/],
    [join(file, 'below', 'it'), /a file is in its way|is a file/],
    // Where not even the superuser makes a folder.
    ...(process.platform === 'linux'
      ? ([
          ['/proc/self/nope', /ENOENT/],
          ['/proc/self/nope/deep/er', /ENOENT/],
          ['/sys/nope', /no permission|EROFS|ENOENT/],
        ] satisfies [string, RegExp][])
      : []),
  ];
  for (const [path, says] of cases) {
    const { code, out, err } = await run(['predict', 'a.jpg', '--out', path, '--json'], { home, env });
    assert.deepEqual([code, out], [1, ''], path);
    const { error } = JSON.parse(err) as { error: { code: string; message: string } };
    assert.equal(error.code, 'FOLDER_UNUSABLE', err);
    assert.ok(error.message.startsWith(`Nothing can be written to ${path}: `), error.message);
    assert.match(error.message, says);
    assert.match((await run(['predict', 'a.jpg', '--out', path], { home, env })).err, /Give another folder\.\n$/);
  }
  const graphql = join(home, 'a.graphql');
  await writeFile(graphql, 'query A { viewer { role } }');
  const schema = fileURLToPath(new URL('../../../schema.graphql', import.meta.url));
  const gen = await run(['gen', graphql, '-o', join(file, 'x', 'out.ts'), '--schema', schema, '--json'], { home });
  assert.deepEqual([gen.code, JSON.parse(gen.err).error.code], [1, 'FOLDER_UNUSABLE']);
});

test('who follows a feed is told on stderr that the connection is lost, and the events go on, each once', async () => {
  // Cut twice in a row: what is back at once is not worth a word.
  await using feed = await startFakeFeed({
    beforeEvent: (one, seq) => [1, 2].includes(one.subscriptions.length) && seq > one.subscriptions.length && one.cut(),
  });
  feed.http.reply({ data: { events: { edges: [{ cursor: '0' }] } } });
  feed.append(4);
  const stop = new AbortController();
  const env = { SIGHTLINE_URL: feed.url, SIGHTLINE_API_KEY: 'slk_0123456789abcdefghij' };
  const seen: number[] = [];
  const { code, err } = await run(['events', 'tail', '--follow', '--after', '0', '--json'], {
    home,
    env,
    signal: stop.signal,
    onOut: (text) => seen.push((JSON.parse(text) as { event: { seq: number } }).event.seq) >= 4 && stop.abort(),
  });
  assert.deepEqual([code, seen], [130, [1, 2, 3, 4]]);
  assert.equal(err, 'The connection is lost; trying again.\n');
});
