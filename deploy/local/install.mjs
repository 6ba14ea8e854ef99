// Brings a fresh clone to where `npm start` and `npm test` can run: dependencies (and with them Node 24), then the
// generated database client. Plain JavaScript for the Node that is there, because nothing is installed yet.
// @ts-check
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateClient } from './generate-client.mjs';

const pnpm = 'pnpm@12.21.0';
const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const installStamp = join(root, 'node_modules', '.sightline-install.json');

try {
  requireNode(20);
  await install();
  generateClient(say);
  // `npm start` measures from here to the first event.
  writeFileSync(installStamp, JSON.stringify({ fingerprint: fingerprint(), finishedAt: Date.now() }));
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

/** @param {number} major */
function requireNode(major) {
  if (Number(process.versions.node.split('.')[0]) >= major) return;
  throw new Error(
    `This is Node ${process.versions.node}; Sightline installs with Node ${major} or newer (it brings Node 24 for itself). ` +
      'Get one from https://nodejs.org, or with a version manager: nvm install 24.',
  );
}

async function install() {
  if (readStamp() === fingerprint() && existsSync(join(bin, 'node'))) return;
  say(`Installing dependencies with ${pnpm} (about half a gigabyte the first time) …`);
  rmSync(installStamp, { force: true });
  const startedAt = Date.now();
  const reporter = process.stdout.isTTY ? 'default' : 'append-only';
  const code = await run('npx', ['--yes', pnpm, 'install', '--frozen-lockfile', '--reporter', reporter]);
  if (code !== 0) {
    throw new Error(
      'Installing did not work; the reason is above.\n' +
        '  No connection to the registry: it is needed once. Behind a proxy, npm config set proxy and https-proxy.\n' +
        `  "Lockfile is not up to date": a package.json was edited; run npx ${pnpm} install.\n` +
        '  No space, or no permission: this folder must be writable and have 2 GB free.',
    );
  }
  say(`Installed in ${Math.round((Date.now() - startedAt) / 1_000)} s.`);
}

/**
 * Runs a command with its output on ours and gives its exit code.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function run(command, args) {
  return new Promise((resolve, reject) => {
    // On Windows npx is a script.
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
    child.once('error', (error) =>
      reject(new Error(`${command} could not be started: ${error.message}. It comes with npm.`)),
    );
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** What an install depends on. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(installStamp, 'utf8')).fingerprint;
  } catch {
    return null;
  }
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
