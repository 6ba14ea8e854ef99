import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Row } from '../lib/report.ts';
import { build } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What pages import, and what that may weigh at most, in thousands of bytes. Null: nothing is promised. */
const entries: readonly { name: string; script: string; mostKb: number | null }[] = [
  {
    name: 'a page: sign-in, feed, any document',
    script: "export { WebClient } from '@sightline/web';",
    mostKb: 12,
  },
  { name: 'a page: everything', script: "export { WebClient } from '@sightline/web/full';", mostKb: null },
  { name: 'hooks for React, without the client', script: "export * from '@sightline/web/react';", mostKb: null },
  { name: 'the link for Apollo Client', script: "export * from '@sightline/web/apollo';", mostKb: null },
  { name: 'the exchange for urql', script: "export * from '@sightline/web/urql';", mostKb: null },
  { name: 'a program: BaseClient', script: "export { BaseClient } from '@sightline/core';", mostKb: null },
  { name: 'a program: Client, with everything', script: "export { Client } from '@sightline/core';", mostKb: null },
];

/** Bundled as a page would be, minified and gzipped; the libraries that hooks and adapters are for are not counted. */
export async function measureSizes(say: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, script, mostKb } of entries) {
    say(`sdk: bundling ${name}`);
    const value = gzipSync(await bundle(script), { level: 9 }).byteLength / 1_000;
    const ok = mostKb === null ? null : value <= mostKb;
    rows.push({ metric: `gzip: ${name}`, value, unit: 'kB', floor: mostKb, ratio: null, goal: null, ok });
  }
  return rows;
}

const theirs = /^(react|react-dom|graphql|rxjs|wonka|@tanstack\/|@apollo\/|@urql\/)/;

async function bundle(script: string): Promise<string> {
  const entry = `${root}page-entry.ts`;
  const built = await build({
    ...{ configFile: false, envFile: false, logLevel: 'error', root },
    build: {
      ...{ write: false, target: 'es2022', minify: true, modulePreload: false },
      rollupOptions: {
        ...{ input: entry, preserveEntrySignatures: 'strict', external: theirs },
        output: { codeSplitting: false },
      },
    },
    plugins: [
      {
        name: 'page-entry',
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? script : null),
      },
    ],
  });
  const [{ output } = { output: [] }] = [built].flat() as { output: { code?: string }[] }[];
  return output.map(({ code = '' }) => code).join('\n');
}
