import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { query } from './database.ts';
import { redisContents } from './everything.ts';

/** Where something could be kept that must not be. */
export type Places = {
  databaseUrl: string;
  logs: readonly string[];
  directory?: string | null;
  redisUrl?: string | null;
};

const issued = new Set<string>();
let isWatching = false;

/** Names of values that are for the one who asked and nobody else. */
const field =
  /"(?:token|secret|refreshToken|refresh_token|access_token|device_code|deviceCode|deviceToken|ticket|password|newPassword|currentPassword)":\s*"((?:[^"\\]|\\.){16,})"/g;
const shapes = [
  /\bsl[a-z]_[\w-]{20,}/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]{20,}/g,
  /[?&#](?:token|code|secret)=([\w.-]{16,})/g,
  /__Host-[\w-]+=([\w.-]{16,})/g,
];
const recoveryCodes = /"recoveryCodes":\s*\[([^\]]+)\]/g;

/** Tests try to take an address for a password, and addresses are kept. */
const address = /^[^\s@]+@[^\s@]+\.\w+$/;

function note(value: string): void {
  if (!address.test(value)) issued.add(value);
}

/** Remembers every secret in a text that left the server or was sent to it. */
export function noteSecrets(text: string): void {
  for (const [, value = ''] of text.matchAll(field)) note(JSON.parse(`"${value}"`) as string);
  for (const shape of shapes) for (const [whole, value] of text.matchAll(shape)) note(value ?? whole);
  for (const [, list = ''] of text.matchAll(recoveryCodes)) {
    for (const code of JSON.parse(`[${list}]`) as string[]) note(code);
  }
}

/** From now on everything this process asks by `fetch` is looked through for secrets. */
export function watchSecrets(): void {
  if (isWatching) return;
  isWatching = true;
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    if (typeof init?.body === 'string') noteSecrets(init.body);
    const answer = await fetch(input, init);
    noteSecrets(answer.headers.getSetCookie().join('\n'));
    if (answer.headers.get('content-type')?.includes('json')) {
      const copy = answer.clone();
      void copy.text().then(noteSecrets, () => undefined);
    }
    return answer;
  };
}

/** Every test that starts a server watches. */
watchSecrets();

/** How many secrets there are, and which of them lie where. Bytes are looked for in hex and base64 as well. */
export async function searchSecrets({ databaseUrl, logs, directory = null, redisUrl = null }: Places) {
  const places = [
    ...logs.map((text) => ({ place: 'the log', text })),
    ...(await rowsOf(databaseUrl)),
    ...(directory ? await filesOf(directory) : []),
    ...(redisUrl ? await valuesOf(redisUrl) : []),
  ];
  const secrets = [...issued];
  const secretsIn = finderOf(secrets);
  const found = places.flatMap(({ place, text }) =>
    secretsIn(text).map((secret) => `${secret.slice(0, 12)}… in ${place}`),
  );
  return { searched: secrets.length, places: places.length, found };
}

/**
 * Finds thousands of secrets in one walk through a text: by their ends, since tokens begin alike. A text of megabytes is
 * not read anew for each of them.
 */
function finderOf(secrets: readonly string[]): (text: string) => string[] {
  const forms = secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    return [secret, bytes.toString('hex'), bytes.toString('base64')].map((form) => ({ form, secret }));
  });
  const endLength = Math.min(12, ...forms.map(({ form }) => form.length));
  const byEnd = Map.groupBy(forms, ({ form }) => form.slice(-endLength));
  return (text) => {
    const found = new Set<string>();
    for (let end = endLength; end <= text.length; end += 1) {
      for (const { form, secret } of byEnd.get(text.slice(end - endLength, end)) ?? []) {
        if (text.endsWith(form, end)) found.add(secret);
      }
    }
    return [...found];
  };
}

/** No such database, a server that stops or starts, and one that is not there. */
const goneCodes = new Set(['3D000', '57P01', '57P03', 'ECONNREFUSED', 'ECONNRESET', 'ENOENT']);

/** Every row of every table, as PostgreSQL writes it out: what a dump would hold. One statement: each has a connection. */
async function rowsOf(databaseUrl: string) {
  const tables = await query(
    databaseUrl,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  ).catch((error: Error & { code?: string }) => {
    // A test that ends its database before its server has nothing left to look into.
    if (goneCodes.has(error.code ?? '')) return [];
    throw error;
  });
  const all = tables.map(({ name }) => `select '${String(name)}' as place, t::text as text from ${String(name)} t`);
  if (all.length === 0) return [];
  const rows = await query(databaseUrl, all.join(' union all '));
  return rows.map(({ place, text }) => ({ place: String(place), text: String(text) }));
}

async function filesOf(directory: string) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(
    files.map(async ({ parentPath, name }) => ({
      place: `the file ${name}`,
      text: `${name}\n${await readFile(join(parentPath, name), 'latin1').catch(() => '')}`,
    })),
  );
}

async function valuesOf(redisUrl: string) {
  const contents = await redisContents(redisUrl);
  return [...contents].map(([key, value]) => ({ place: `Redis, ${key}`, text: `${key} ${value}` }));
}
