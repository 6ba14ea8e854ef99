import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { password, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { openBrowser, skipWithoutBrowser } from '../browser/open-browser.ts';
import { bundle, servePage } from '../browser/serve-page.ts';
import type { ServedPage } from '../browser/serve-page.ts';
import { findNodes } from './nodes.ts';
import { packPackages } from './pack.ts';
import type { PackedPackages } from './pack.ts';

// The packages as strangers get them: packed, installed where nothing else is, run by what people have, against a real server.

const run = promisify(execFile);
const ours = ['@sightline/inference', '@sightline/core', '@sightline/web', '@sightline/desktop', 'sightline'];
const nodes = findNodes();

let packed: PackedPackages;
let served: ServedPage;
let server: TestServer;
let person: Person;
before(async () => {
  packed = await packPackages();
  const project = await packed.project({ ours: ['@sightline/web'] });
  served = await servePage(skipWithoutBrowser ? '' : await bundle(pageScript, { from: project }));
  server = await startTestServer({ env: { CORS_ORIGINS: served.origin } });
  person = await signUp(server, 'packed');
});
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await served?.[Symbol.asyncDispose]();
  await packed?.[Symbol.asyncDispose]();
});

const pageScript = `
import { createSources, createTeams } from '@sightline/core';
import { WebClient } from '@sightline/web';
globalThis.use = async (baseUrl, email, password) => {
  const client = new WebClient({ baseUrl }).with({ sources: createSources, teams: createTeams });
  await client.auth.signIn({ email, password });
  const team = await client.teams.create('From a page');
  const { items } = await client.teams.list();
  const refused = await client.teams.create('From a page').then(() => null, ({ code }) => code);
  return { listed: items.some(({ id }) => id === team.id), refused };
};
`;

/** What each runtime does: a write, a list, a refusal, and a live value over the socket. */
const use = `
async function use({ Client, ConflictError }, WebSocket) {
  const client = new Client({ baseUrl: process.env.URL, token: process.env.TOKEN, webSocket: WebSocket });
  const name = 'Team of ' + process.env.MARK;
  const team = await client.teams.create(name);
  const { items } = await client.teams.list();
  const refused = await client.teams.create(name).then(() => null, (error) => error);
  let used = null;
  for await (const level of client.usage.live()) { used = level.used; break; }
  console.log(JSON.stringify({ listed: items.some(({ id }) => id === team.id), conflict: refused instanceof ConflictError, used }));
  await client[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]?.();
  process.exit(0);
}
`;
const environment = (mark: string) => ({ ...process.env, URL: server.url, TOKEN: person.token, MARK: mark });
const wanted = { listed: true, conflict: true, used: 0 };

describe('each package', () => {
  for (const name of ours) {
    test(`${name}: publint has nothing to say, and nothing runs when it is installed`, async () => {
      const { path, manifest } = packed.packages.get(name) ?? assert.fail();
      const { messages } = await publint({ pkgDir: path, pack: false, strict: true });
      assert.deepEqual(messages, []);
      const scripts = Object.keys(manifest.scripts ?? {});
      assert.deepEqual(
        scripts.filter((script) => /install|prepare|^pre|^post|publish/.test(script)),
        [],
      );
      assert.doesNotMatch(JSON.stringify(manifest.dependencies ?? {}), /workspace:|catalog:|\*/);
      const files = await readdir(path, { recursive: true });
      for (const file of ['package.json', 'LICENSE', 'README.md'])
        assert.ok(files.includes(file), `${file} is missing`);
      assert.deepEqual(
        files.filter((file) => /\.test\.|(?<!\.d)\.ts$|tsconfig|node_modules/.test(file)),
        [],
      );
    });
  }

  test('they have one version, and need exactly that of each other', () => {
    const [version] = new Set([...packed.packages.values()].map(({ manifest }) => manifest.version));
    for (const { manifest } of packed.packages.values()) {
      assert.equal(manifest.version, version);
      const needed = Object.entries(manifest.dependencies ?? {}).filter(([name]) => ours.includes(name));
      for (const [, range] of needed) assert.equal(range, version);
    }
  });

  test('nothing in them names the machine they were made on', async () => {
    for (const { path } of packed.packages.values()) {
      const files = (await readdir(path, { recursive: true })).filter((file) => /\.(js|ts|json|md|map)$/.test(file));
      for (const file of files)
        assert.doesNotMatch(
          await readFile(join(path, file), 'utf8'),
          new RegExp(`${process.cwd()}/|${homedir()}/`),
          file,
        );
    }
  });
});

describe('installed by npm, without a network', () => {
  let project: string;
  before(async () => {
    project = await packed.project({ ours: [] });
    await writeFile(join(project, 'package.json'), '{ "private": true }');
    const archives = ['@sightline/core', '@sightline/web'].map((name) => packed.packages.get(name)?.archive ?? '');
    const npm = ['install', '--offline', '--no-audit', '--no-fund', '--omit=peer', ...archives];
    await run('npm', npm, { cwd: project, env: { ...process.env, npm_config_cache: join(project, '.npm') } });
    await writeFile(
      join(project, 'use.mjs'),
      `import * as core from '@sightline/core';\n${use}\nawait use(core, await socket());\n${socket}`,
    );
    await writeFile(
      join(project, 'use.cjs'),
      `${use}\n${socket}\nsocket().then((WebSocket) => use(require('@sightline/core'), WebSocket));`,
    );
    const same = `const { Client } = require('@sightline/core');
      import('@sightline/core').then((module) => process.exit(module.Client === Client ? 0 : 1));`;
    await writeFile(join(project, 'same.cjs'), same);
  });

  /** The socket of those who have none of their own: Node 20. */
  const socket = `async function socket() {
    return globalThis.WebSocket ?? (await import(process.env.WS)).default;
  }`;
  const ws = join(dirname(import.meta.dirname), '../node_modules/ws/wrapper.mjs');

  for (const { path, version } of nodes)
    for (const file of ['use.mjs', 'use.cjs'])
      test(`runs against a real server: ${version} ${file}`, async () => {
        const env = { ...environment(`${version} ${file}`), WS: ws };
        const { stdout, stderr } = await run(path, [file], { cwd: project, env, timeout: 240_000 });
        assert.deepEqual(JSON.parse(stdout), wanted, stderr);
      });

  for (const { path, version } of nodes)
    test(`is one module, however it is asked for: ${version}`, async () => {
      await run(path, ['same.cjs'], { cwd: project, timeout: 240_000 });
    });
});

describe('programs on somebody’s machine', () => {
  let project: string;
  before(async () => {
    project = await packed.project({ ours: ['@sightline/desktop', 'sightline'] });
    const desktop = `
      const data = require('node:fs').mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'packed-'));
      const kept = new Map();
      const secrets = { get: async (name) => kept.get(name) ?? null, set: async (name, value) => void kept.set(name, value), delete: async (name) => void kept.delete(name) };
      const use = async ({ openDesktop }) => {
        const desktop = await openDesktop({ appName: 'packed', baseUrl: process.env.URL, dataDirectory: data, secrets, local: null });
        console.log(JSON.stringify({ viewer: await desktop.auth.viewer(), local: desktop.local }));
        process.exit(0);
      };`;
    await writeFile(join(project, 'desktop.cjs'), `${desktop}\nuse(require('@sightline/desktop'));`);
    await writeFile(join(project, 'desktop-by-import.cjs'), `${desktop}\nimport('@sightline/desktop').then(use);`);
  });

  for (const { path, version } of nodes) {
    for (const file of ['desktop.cjs', 'desktop-by-import.cjs'])
      test(`a desktop opens: ${version} ${file}`, async () => {
        const options = { cwd: project, env: environment(version), timeout: 240_000 };
        const { stdout, stderr } = await run(path, [file], options);
        assert.deepEqual(JSON.parse(stdout), { viewer: null, local: null }, stderr);
      });

    test(`the command line says what it can do: ${version}`, async () => {
      const { manifest } = packed.packages.get('sightline') ?? assert.fail();
      const bin = (manifest as { bin?: Record<string, string> }).bin?.['sightline'] ?? assert.fail();
      const program = join(project, 'node_modules/sightline', bin);
      const { stdout } = await run(path, [program, '--help'], { cwd: project, timeout: 240_000 });
      assert.match(stdout, /login/);
      assert.match(await readFile(program, 'utf8'), /^#!\/usr\/bin\/env node\n/);
    });
  }
});

test('a page bundled by Vite from the packed packages works in a browser', { skip: skipWithoutBrowser }, async () => {
  const someone = await signUp(server, 'page');
  await using browser = await openBrowser();
  const { page, problems } = await browser.page(served.origin);
  const seen = await page.evaluate(
    (given) => (globalThis as unknown as { use: (...given: unknown[]) => Promise<unknown> }).use(...given),
    [server.url, someone.email, password],
  );
  assert.deepEqual(seen, { listed: true, refused: 'TEAM_NAME_TAKEN' });
  assert.deepEqual(problems, []);
});

test('at least this Node and one of those people have were tried', (t) => {
  t.diagnostic(nodes.map(({ version }) => version).join(', '));
  assert.ok(nodes.some(({ version }) => version === process.version));
});
