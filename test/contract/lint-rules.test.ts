import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Case = {
  file: string;
  code: string;
  /** Part of what the person reads; null when it is fine. */ says: string | null;
};

const wayOut: Case[] = [
  // Imports point downward.
  { file: 'server/src/domain/sources/a.ts', code: `import '../../app.ts';`, says: 'Name what you need in Deps' },
  { file: 'server/src/graphql/b.ts', code: `import '../http/routes.ts';`, says: 'http/ is at the top' },
  { file: 'server/src/http/c.ts', code: `import './routes.ts';`, says: null },
  { file: 'server/src/domain/events/d.ts', code: `import '../../jobs/sweep.ts';`, says: 'a job listens for it' },
  { file: 'server/src/app.ts', code: `import './http/routes.ts';`, says: null },
  // Only *.graphql.ts files know GraphQL.
  { file: 'server/src/domain/sources/e.service.ts', code: `import 'graphql';`, says: 'Do this in the resolver' },
  {
    file: 'server/src/domain/sources/e.policy.ts',
    code: `import type { C } from '../../graphql/context.ts'; export const c: C = 1;`,
    says: 'Do this in the resolver',
  },
  {
    file: 'server/src/domain/sources/e.errors.ts',
    code: `import './source.graphql.ts';`,
    says: 'Do this in the resolver',
  },
  { file: 'server/src/domain/sources/e.graphql.ts', code: `import '../../graphql/builder.ts';`, says: null },
  // The domain asks for ports.
  {
    file: 'server/src/domain/sources/f.ts',
    code: `import '../../infra/logger.ts';`,
    says: 'Add what you need to ports.ts',
  },
  { file: 'server/src/domain/sources/g.ts', code: `import 'ioredis';`, says: 'Add what you need to ports.ts' },
  { file: 'server/src/http/h.ts', code: `import '../infra/logger.ts';`, says: 'Only app.ts names an adapter' },
  // Domains form an order.
  {
    file: 'server/src/domain/sources/i.ts',
    code: `import '../sessions/sessions.service.ts';`,
    says: 'Write a signal to the outbox',
  },
  {
    file: 'server/src/domain/sources/j.ts',
    code: `export async function late() { return import('../events/event-writer.ts'); }`,
    says: 'Write a signal to the outbox',
  },
  { file: 'server/src/domain/sessions/k.ts', code: `import '../sources/sources.policy.ts';`, says: null },
  {
    file: 'server/src/domain/sessions/l.ts',
    code: `import type { W } from '../events/event-writer.ts'; export const w: W = 1;`,
    says: null,
  },
  // Packages.
  { file: 'inference/src/m.ts', code: `import '@sightline/server/config';`, says: 'The sidecar runs alone' },
  { file: 'inference/src/n.ts', code: `import '../../server/src/config.ts';`, says: 'The sidecar runs alone' },
  { file: 'clients/core/src/o.ts', code: `import '@sightline/db/client';`, says: 'Generate what you need' },
  { file: 'clients/core/src/p.ts', code: `import 'node:fs';`, says: 'The core runs in pages' },
  { file: 'clients/web/src/q.ts', code: `import '@sightline/desktop';`, says: 'This runs in pages' },
  { file: 'clients/web/src/r.ts', code: `import '@sightline/core';`, says: null },
  { file: 'clients/desktop/src/s.ts', code: `import '@sightline/web';`, says: 'have no page' },
  { file: 'clients/desktop/src/u.ts', code: `import '@sightline/inference/main';`, says: 'Generate what you need' },
  { file: 'clients/cli/src/t.ts', code: `import 'sightline/demo'; import '@sightline/desktop';`, says: null },
  { file: 'prisma/src/p.ts', code: `import '@sightline/server/config';`, says: 'at the bottom' },
  {
    file: 'server/src/domain/identity/q.ts',
    code: `import '@sightline/inference/contract';`,
    says: 'by its wire only',
  },
  { file: 'deploy/local/src/r.ts', code: `import '@sightline/server/app';`, says: 'The launcher starts processes' },
  // No barrels.
  {
    file: 'server/src/domain/sources/s.ts',
    code: `export { sourcesVisibleTo } from './sources.policy.ts';`,
    says: 'No barrels',
  },
  { file: 'server/src/domain/sources/index.ts', code: `export * from './sources.policy.ts';`, says: 'No barrels' },
  { file: 'clients/core/src/index.ts', code: `export * from './client.ts';`, says: null },
  // No way around configuration, time and statements with values.
  { file: 'server/src/domain/sources/t.ts', code: `export const key = process.env['KEY'];`, says: 'process.env' },
  { file: 'server/src/main.ts', code: `export const env = process.env;`, says: null },
  { file: 'server/src/domain/sources/u.ts', code: `export const now = () => new Date();`, says: 'Time is a port' },
  { file: 'server/src/domain/sources/v.ts', code: `export const now = () => Date.now();`, says: 'Time is a port' },
  { file: 'server/src/domain/sources/va.ts', code: `export const now = Date.now;`, says: 'Time is a port' },
  { file: 'server/src/domain/sources/vb.ts', code: `export const now = () => Date['now']();`, says: 'Time is a port' },
  { file: 'server/src/domain/sources/vc.ts', code: `export const text = Date();`, says: 'Time is a port' },
  { file: 'server/src/domain/sources/vd.ts', code: `export const d = new globalThis.Date();`, says: 'Time is a port' },
  {
    file: 'server/src/domain/sources/ve.ts',
    code: `const { now } = Date; export const n = now();`,
    says: 'Time is a port',
  },
  { file: 'server/src/domain/sources/vf.ts', code: `export const n = globalThis.Date.now();`, says: 'Time is a port' },
  {
    file: 'server/src/domain/sources/vg.queries.ts',
    code: 'export const a = { text: `delete from "A" where "at" < now()` };',
    says: 'give the statement clock.now() as a value',
  },
  {
    file: 'server/src/domain/sources/vh.queries.ts',
    code: `export const a = { text: 'select current_timestamp' };`,
    says: 'give the statement clock.now() as a value',
  },
  {
    file: 'server/src/domain/sessions/sessions.queries.ts',
    code: 'export const a = { text: `select now()` };',
    says: null,
  },
  { file: 'server/src/domain/sources/vi.ts', code: `export const at = (d: Date) => d instanceof Date;`, says: null },
  { file: 'server/src/domain/sources/vj.ts', code: `export const at = Date.UTC(2027, 1);`, says: null },
  { file: 'server/src/domain/sources/w.ts', code: `export const day = (ms: number) => new Date(ms);`, says: null },
  {
    file: 'server/src/infra/x.ts',
    code: `export const ask = (db: any) => db.$queryRawUnsafe('select 1');`,
    says: 'Strings become statements',
  },
  // One door leads out.
  { file: 'server/src/domain/media/aa.ts', code: `export const a = (u: string) => fetch(u);`, says: 'One door' },
  { file: 'server/src/http/ab.ts', code: `export const a = (u: string) => globalThis.fetch(u);`, says: 'One door' },
  {
    file: 'server/src/http/ac.ts',
    code: `export const a = (u: string) => globalThis['fetch'](u);`,
    says: 'One door',
  },
  { file: 'server/src/domain/media/ad.ts', code: `import { request } from 'undici'; request('');`, says: 'One door' },
  { file: 'server/src/http/ae.ts', code: `import { get } from 'node:http'; get('');`, says: 'One door' },
  { file: 'server/src/http/af.ts', code: `import * as web from 'node:https'; web.get('');`, says: 'One door' },
  { file: 'server/src/http/ag.ts', code: `export const a = () => import('node:net');`, says: 'One door' },
  { file: 'server/src/http/ah.ts', code: `import { connect as c } from 'node:net'; c(1);`, says: 'One door' },
  { file: 'server/src/http/an.ts', code: `export const a = () => new WebSocket('ws://a');`, says: 'One door' },
  {
    file: 'server/src/domain/identity/ai.ts',
    code: `import { createRemoteJWKSet } from 'jose'; createRemoteJWKSet(new URL('https://a'));`,
    says: 'One door',
  },
  {
    file: 'server/src/infra/aj.ts',
    code: `import { spawn } from 'node:child_process'; spawn('curl');`,
    says: 'One door',
  },
  { file: 'server/src/infra/safe-fetch/ak.ts', code: `import { request } from 'undici'; request('');`, says: null },
  { file: 'server/src/infra/inference-client.ts', code: `export const a = (u: string) => fetch(u);`, says: null },
  { file: 'server/src/http/al.ts', code: `import { createServer } from 'node:http'; createServer();`, says: null },
  {
    file: 'server/src/http/am.ts',
    code: `import type { Agent } from 'node:https'; export const a = (fetch: Agent) => fetch.destroy();`,
    says: null,
  },
  // Two files that need each other.
  {
    file: 'server/src/domain/media/y.ts',
    code: `import { z } from './z.ts'; export const y = () => z();`,
    says: 'ycle',
  },
  {
    file: 'server/src/domain/media/z.ts',
    code: `import { y } from './y.ts'; export const z = () => y();`,
    says: 'ycle',
  },
  { file: 'server/src/domain/media/BadName.ts', code: `export const bad = 1;`, says: 'kebab' },
];

type Diagnostic = { message: string; help?: string; filename: string };

describe('lint says the way out', () => {
  let folder: string;
  let diagnostics: Diagnostic[];

  before(async () => {
    // A copy of the tree's shape with the real configuration, so that no bad file is ever in the repository.
    folder = await mkdtemp(join(tmpdir(), 'sightline-lint-'));
    for (const { file, code } of wayOut) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${code}\n`);
    }
    await copyConfiguration(folder);
    diagnostics = await lint(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const { file, code, says } of wayOut) {
    test(`${file}: ${code}`, () => {
      const said = diagnostics
        .filter(({ filename }) => filename === file)
        .map(({ message, help }) => `${message} ${help ?? ''}`);
      if (says === null) assert.deepEqual(said, []);
      else
        assert.ok(
          said.some((text) => text.includes(says)),
          `wanted "${says}", it said ${JSON.stringify(said)}`,
        );
    });
  }
});

async function copyConfiguration(folder: string): Promise<void> {
  await copyFile(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  await cp(join(root, 'deploy/local/lint'), join(folder, 'deploy/local/lint'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}

function lint(folder: string): Promise<Diagnostic[]> {
  return new Promise((resolve, reject) => {
    const bin = join(root, 'node_modules/oxlint/bin/oxlint');
    execFile(
      process.execPath,
      [bin, '-f', 'json', 'server', 'inference', 'clients', 'prisma', 'deploy'],
      { cwd: folder, timeout: 60_000, maxBuffer: 16_000_000 },
      (_failure, stdout) => {
        try {
          resolve((JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics);
        } catch (error) {
          reject(error as Error);
        }
      },
    );
  });
}
