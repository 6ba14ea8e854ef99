import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { query } from './database.ts';

/** Every row of every table as text, as a dump would have it: bytes as hex and as text. By table. */
export async function dump(databaseUrl: string): Promise<Map<string, string>> {
  const tables = await query(
    databaseUrl,
    `select schemaname as schema, tablename as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const dumped = new Map<string, string>();
  for (const { schema, name } of tables) {
    const table = String(name);
    const from = `${pg.escapeIdentifier(String(schema))}.${pg.escapeIdentifier(table)}`;
    const rows = await query(databaseUrl, `select t::text as "row" from ${from} t`);
    const text = rows.map(({ row }) => String(row)).join('\n');
    // Bytes are hex in a dump; what was stored as plain bytes shows when they are read as text.
    const bytes = [...text.matchAll(/\\\\?x([0-9a-f]+)/g)].map(([, hex = '']) =>
      Buffer.from(hex, 'hex').toString('latin1'),
    );
    dumped.set(table, [text, ...bytes].join('\n'));
  }
  return dumped;
}

/** Names and contents of every file below a folder. What goes meanwhile is not there; the folder itself has to be. */
export async function filesBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const contents = await Promise.all(
    entries.map(async (entry): Promise<[string, string][]> => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return [...((await unlessGone(filesBelow(path))) ?? [])];
      const content = entry.isFile() ? await unlessGone(readFile(path, 'latin1')) : null;
      return content === null ? [] : [[path, content]];
    }),
  );
  return new Map(contents.flat());
}

async function unlessGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Every key of a Redis with all that is in it; with `lastsMs` only what stays there for longer than that. */
export async function redisContents(redisUrl: string, { lastsMs = 0 } = {}): Promise<Map<string, string>> {
  const redis = new Redis(redisUrl);
  try {
    const all = await redis.keys('*');
    // Less than nothing: it never ends by itself.
    const lives = await Promise.all(all.map((key) => redis.pttl(key)));
    const keys = all.filter((_key, index) => lives[index] === -1 || (lives[index] ?? 0) >= lastsMs);
    return new Map(await Promise.all(keys.map(async (key) => [key, await valueOf(redis, key)] as const)));
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  if (type === 'string') return (await redis.get(key)) ?? '';
  if (type === 'hash') return JSON.stringify(await redis.hgetall(key));
  if (type === 'stream') return JSON.stringify(await redis.xrange(key, '-', '+'));
  if (type === 'list') return JSON.stringify(await redis.lrange(key, 0, -1));
  if (type === 'set') return JSON.stringify(await redis.smembers(key));
  if (type === 'zset') return JSON.stringify(await redis.zrange(key, '0', '-1'));
  // Expired since its name was read.
  if (type === 'none') return '';
  throw new Error(`Nobody looks into what Redis calls ${type} yet: ${key}.`);
}

/** Writes down what anybody says in a Redis from now on, channels and all, until it is disposed. */
export async function overhear(redisUrl: string): Promise<AsyncDisposable & { readonly said: readonly string[] }> {
  const redis = new Redis(redisUrl);
  const said: string[] = [];
  redis.on('pmessage', (_pattern, channel, message) => void said.push(`${channel} ${message}`));
  await redis.psubscribe('*');
  return { said, [Symbol.asyncDispose]: async () => redis.disconnect() };
}

/** Which of these texts are anywhere in there, and where. */
export function found(places: ReadonlyMap<string, string>, texts: readonly string[]): string[] {
  return [...places].flatMap(([place, content]) =>
    texts.filter((text) => content.includes(text) || place.includes(text)).map((text) => `${text} in ${place}`),
  );
}
