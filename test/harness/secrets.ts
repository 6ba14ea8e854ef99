import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
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
  // What is shorter than any secret is found everywhere.
  if (value.length >= 8 && !address.test(value)) issued.add(value);
}

/** Remembers every secret in a text that left the server or was sent to it. */
export function noteSecrets(text: string): void {
  for (const [, value = ''] of text.matchAll(field)) note(JSON.parse(`"${value}"`) as string);
  for (const shape of shapes) for (const [whole, value] of text.matchAll(shape)) note(value ?? whole);
  for (const [, list = ''] of text.matchAll(recoveryCodes)) {
    for (const code of JSON.parse(`[${list}]`) as string[]) note(code);
  }
}

/** Begins anew, for the next file of a process that runs several. */
export function forgetSecrets(): void {
  issued.clear();
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
  const secrets = [...issued];
  const secretsIn = finderOf(secrets);
  const found = new Set<string>();
  let places = 0;
  function look(place: string, text: string): void {
    places += 1;
    for (const secret of secretsIn(text)) found.add(`${secret.slice(0, 12)}… in ${place}`);
  }
  for (const text of logs) look('the log', text);
  await eachRow(databaseUrl, look);
  if (directory) await eachFile(directory, look);
  if (redisUrl) for (const [key, value] of await redisContents(redisUrl)) look(`Redis, ${key}`, `${key} ${value}`);
  return { searched: secrets.length, places, found: [...found] };
}

/** Bits of the number that stands for the last four characters; each adds five. */
const hashMask = 2 ** 20 - 1;
const after = (hash: number, code: number) => ((hash << 5) ^ code) & hashMask;

/**
 * Finds thousands of secrets in one walk through a text, by their ends, since tokens begin alike. Almost everywhere a
 * number of the last four characters says that none ends there, so that a walk takes some nanoseconds for each character.
 */
function finderOf(secrets: readonly string[]): (text: string) => Iterable<string> {
  const forms = secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    return [secret, bytes.toString('hex'), bytes.toString('base64')].map((form) => ({ form, secret }));
  });
  const endLength = forms.reduce((length, { form }) => Math.min(length, form.length), 12);
  const byEnd = Map.groupBy(forms, ({ form }) => form.slice(-endLength));
  const mayEnd = new Uint8Array(hashMask + 1);
  for (const end of byEnd.keys()) mayEnd[hashOf(end.slice(-4))] = 1;
  return (text) => {
    const found = new Set<string>();
    let hash = 0;
    for (let at = 0; at < text.length; at += 1) {
      hash = after(hash, text.charCodeAt(at));
      if (mayEnd[hash] === 0) continue;
      const end = at + 1;
      for (const { form, secret } of byEnd.get(text.slice(Math.max(0, end - endLength), end)) ?? []) {
        if (text.endsWith(form, end)) found.add(secret);
      }
    }
    return found;
  };
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = after(hash, text.charCodeAt(at));
  return hash;
}

/** No such database, a server that stops or starts, and one that is not there. */
const goneCodes = new Set(['3D000', '57P01', '57P03', 'ECONNREFUSED', 'ECONNRESET', 'ENOENT']);

type Look = (place: string, text: string) => void;

/** What is looked through at a time: millions of rows need no more memory than thousands. */
const rowsAtOnce = 5_000;

/** Every row of every table, as PostgreSQL writes it out: what a dump would hold. */
async function eachRow(databaseUrl: string, look: Look): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  // A server that is stopped under a test cuts the connection; the statement itself rejects then.
  client.on('error', () => {});
  try {
    const tables = await tablesOf(client);
    if (tables.length === 0) return;
    const all = tables.map((name) => `select '${name}', t::text from ${name} t`).join(' union all ');
    await client.query(`begin; declare everything no scroll cursor for ${all}`);
    for (let isMore = true; isMore;) {
      const text = `fetch ${rowsAtOnce} from everything`;
      const { rows } = await client.query<[string, string]>({ text, rowMode: 'array' });
      for (const [place, row] of rows) look(place, row);
      isMore = rows.length === rowsAtOnce;
    }
  } finally {
    await client.end();
  }
}

async function tablesOf(client: pg.Client): Promise<string[]> {
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      // Without a page on the disk there is no row: most tables of a test were never written to.
      `select name from (
         select format('%I.%I', schemaname, tablename) as name from pg_tables
           where schemaname not in ('pg_catalog', 'information_schema')
       ) as tables where pg_relation_size(name::regclass) > 0`,
    );
    return rows.map(({ name }) => name);
  } catch (error) {
    // A test that ends its database before its server has nothing left to look into.
    if (goneCodes.has((error as { code?: string }).code ?? '')) return [];
    throw error;
  }
}

async function eachFile(directory: string, look: Look): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    look(`the file ${name}`, `${name}\n${await readFile(join(parentPath, name), 'latin1').catch(() => '')}`);
  }
}
