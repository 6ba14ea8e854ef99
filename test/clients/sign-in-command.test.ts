import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSecrets } from '@sightline/desktop';
import { createBrowser, fieldsOf, worksAs } from '../api/tokens/tokens.ts';
import { graphql } from '../harness/graphql.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { createKey, password, signUp } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';

const command = fileURLToPath(new URL('../../clients/cli/src/sightline.ts', import.meta.url));
const clock = movableClock();
let server: TestServer;
let home: string;
before(async () => {
  server = await startTestServer({ clock });
  home = await mkdtemp(join(tmpdir(), 'sightline-home-'));
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

const directory = () => join(home, 'sightline');
const file = () => join(directory(), 'sign-ins.json');
const kept = async () => JSON.parse(await readFile(file(), 'utf8'));
/** What opens a server, as the command kept it. */
async function opens(url: string): Promise<{ token: string; refreshToken: string }> {
  const secrets = await openSecrets({ service: 'unused', directory: directory(), keychain: null });
  return JSON.parse((await secrets.get(url)) ?? 'null');
}

/** The command as somebody at a shell gives it. */
function sightline(args: string[], input = '') {
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, XDG_CONFIG_HOME: home, SIGHTLINE_KEYCHAIN: 'off' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const seen = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
    for (const look of seen) look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
    for (const look of seen) look();
  });
  child.stdin.end(input);
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (code) => {
      resolve({ code, out, err });
      for (const look of seen) look();
    }),
  );
  return {
    ended,
    interrupt: () => child.kill('SIGINT'),
    /** What it says to people first that looks like this; fails when it ends without. */
    says: (shape: RegExp) =>
      new Promise<string>((resolve, reject) => {
        function look(): void {
          const [, found] = shape.exec(err) ?? [];
          if (found !== undefined) resolve(found);
          else if (child.exitCode !== null) reject(new Error(`It ended: ${out}${err}`));
          else return;
          seen.delete(look);
        }
        seen.add(look);
        look();
      }),
  };
}
const run = (args: string[], input?: string) => sightline(args, input).ended;

/** The browser's part: signs in on our page, decides, and follows to where the program listens. */
async function browse(address: string, { email }: Person, decision = 'allow'): Promise<URL> {
  const browser = createBrowser(server);
  const { pathname, search } = new URL(address);
  const page = await browser.get(pathname + search);
  const signedIn = await browser.post('/oauth/sign-in', { ...fieldsOf(page.text), email, password });
  const consent = await browser.get(signedIn.location);
  const decided = await browser.post('/oauth/authorize', { ...fieldsOf(consent.text), decision });
  return new URL(decided.location);
}
const inBrowser = /(http\S+\/oauth\/authorize\S+)\n/;

async function loginByBrowser(person: Person) {
  const login = sightline(['login', '--url', server.url]);
  const back = await browse(await login.says(inBrowser), person);
  assert.match(await (await fetch(back)).text(), /go back to your terminal/);
  return login.ended;
}

test('through the browser: signed in, kept for oneself alone, who one is, and out again on the server as well', async () => {
  const person = await signUp(server, 'browsing');
  const { code, out, err } = await loginByBrowser(person);
  assert.equal(code, 0, err);
  assert.equal(out, `signed in as browsing name <${person.email}> of browsing organization at ${server.url}\n`);
  const { mode } = await stat(file());
  assert.equal((mode & 0o777).toString(8), '600');
  assert.equal(((await stat(join(home, 'sightline'))).mode & 0o777).toString(8), '700');
  const { token, refreshToken } = await opens(server.url);
  // Neither lies on the disk as it is.
  for (const name of await readdir(directory())) {
    const bytes = await readFile(join(directory(), name), 'latin1');
    assert.ok(!bytes.includes(token) && !bytes.includes(refreshToken), name);
  }
  assert.equal(await worksAs(server, token), person.email);

  // The server that was signed in to last is meant.
  assert.deepEqual(await run(['whoami']), {
    code: 0,
    out: `browsing name <${person.email}> of browsing organization at ${server.url}\n`,
    err: '',
  });
  assert.deepEqual(await run(['logout']), { code: 0, out: `signed out at ${server.url}\n`, err: '' });
  assert.equal(await worksAs(server, token), null);
  assert.deepEqual(await kept(), { current: null, servers: {} });
  const again = await run(['whoami', '--url', server.url]);
  assert.equal(again.code, 3);
  assert.match(again.err, /^You are not signed in at .+ sightline login\n$/);
});

test('tokens are changed when they are over, and kept', async () => {
  const person = await signUp(server, 'lasting');
  assert.equal((await loginByBrowser(person)).code, 0);
  const first = await opens(server.url);
  clock.advance({ ms: 3_600_000 + 60_000 });
  for (let time = 0; time < 2; time += 1) assert.equal((await run(['whoami'])).code, 0);
  const second = await opens(server.url);
  assert.notEqual(second.token, first.token);
  assert.notEqual(second.refreshToken, first.refreshToken);

  // Ended elsewhere: the command says so instead of failing in words of its own.
  (
    await graphql(server, 'mutation { signOutEverywhere(input: { keepThis: false }) { __typename } }', {}, second)
  ).expectData();
  const ended = await run(['whoami']);
  assert.equal(ended.code, 3);
  assert.match(ended.err, /^[^\n]+ sightline login\n$/);
  assert.equal((await run(['logout'])).code, 0);
});

test('an answer that was not asked for, and one that says no, sign nobody in', async () => {
  const person = await signUp(server, 'refusing');
  const login = sightline(['login', '--url', server.url]);
  const address = await login.says(inBrowser);
  const back = await browse(address, person, 'deny');
  const forged = new URL(back);
  forged.search = String(new URLSearchParams({ code: 'slc_forged', state: 'a guess', iss: server.url }));
  assert.equal((await fetch(forged)).status, 404);
  assert.equal((await fetch(new URL('/', back))).status, 404);
  assert.equal((await fetch(back)).status, 200);
  const { code, err } = await login.ended;
  assert.equal(code, 1);
  assert.ok(err.endsWith('\nIt was not let in.\n'), err);
  assert.equal((await run(['whoami', '--url', server.url])).code, 3);
});

test('without a browser: a code is shown, typed elsewhere, and this machine is in', async () => {
  const person = await signUp(server, 'device');
  const login = sightline(['login', '--device', '--url', server.url]);
  const userCode = await login.says(/type ([A-Z]{4}-[A-Z]{4})\n/);
  const approve = 'mutation ($input: DeviceDecisionInput!) { approveDevice(input: $input) { decided } }';
  (await graphql(server, approve, { input: { userCode } }, person)).expectData();
  const { code, out, err } = await login.ended;
  assert.equal(code, 0, err);
  assert.match(out, /signed in as device name/);
  assert.equal((await run(['logout'])).code, 0);
});

test('an API key comes from what is sent in, is tried, and never shown', async () => {
  const person = await signUp(server, 'keyed');
  const { secret } = await createKey(server, person, ['READ']);
  const { code, out, err } = await run(['login', '--api-key', '--url', server.url], `${secret}\n`);
  assert.equal(code, 0, err);
  assert.ok(!out.includes(secret));
  assert.match((await run(['whoami'])).out, /, by an API key\n$/);
  assert.equal((await run(['logout'])).code, 0);
  assert.equal((await graphql(server, '{ viewer { role } }', {}, { token: secret })).errors.length, 0);

  const wrong = `${secret.slice(0, -3)}000`;
  const refused = await run(['login', '--api-key', '--url', server.url], wrong);
  assert.equal(refused.code, 3);
  assert.ok(!refused.err.includes(wrong));
  assert.equal((await run(['login', '--api-key', '--url', server.url], 'no key')).code, 1);
  assert.deepEqual((await kept()).servers, {});
});

test('Ctrl-C leaves at once, with nothing kept', async () => {
  for (const way of [[], ['--device']]) {
    const login = sightline(['login', ...way, '--url', server.url]);
    await login.says(way.length > 0 ? /type ([A-Z-]+)\n/ : inBrowser);
    login.interrupt();
    const { code, err } = await login.ended;
    assert.equal(code, 130, err);
  }
  assert.deepEqual((await kept()).servers, {});
});

test('what an earlier version kept in the open is moved where secrets are, once', async () => {
  const person = await signUp(server, 'moving');
  const { token } = person;
  const earlier = { current: server.url, servers: { [server.url]: { kind: 'tokens', token, refreshToken: null } } };
  await writeFile(file(), JSON.stringify(earlier), { mode: 0o600 });
  assert.match((await run(['whoami'])).out, /^moving name/);
  assert.deepEqual(await kept(), { current: server.url, servers: { [server.url]: { kind: 'tokens' } } });
  assert.equal((await opens(server.url)).token, token);
  assert.equal((await run(['logout'])).code, 0);
});
