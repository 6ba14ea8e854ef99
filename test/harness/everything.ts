import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { query } from './database.ts';

/** Every row of every table as text, as a dump would have it: bytes as hex and as text. By table. */
export async function dump(databaseUrl: string): Promise<Map<string, string>> {
  const tables = await query(
    databaseUrl,
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`,
  );
  const dumped = new Map<string, string>();
  for (const { name } of tables) {
    const table = String(name);
    const rows = await query(databaseUrl, `select t::text as "row" from ${pg.escapeIdentifier(table)} t`);
    const text = rows.map(({ row }) => String(row)).join('\n');
    // Bytes are hex in a dump; what was stored as plain bytes shows when they are read as text.
    const bytes = [...text.matchAll(/\\\\?x([0-9a-f]+)/g)].map(([, hex = '']) =>
      Buffer.from(hex, 'hex').toString('latin1'),
    );
    dumped.set(table, [text, ...bytes].join('\n'));
  }
  return dumped;
}

/** Names and contents of every file below a folder. */
export async function filesBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const)));
}

/** Which of these texts are anywhere in there, and where. */
export function found(places: ReadonlyMap<string, string>, texts: readonly string[]): string[] {
  return [...places].flatMap(([place, content]) =>
    texts.filter((text) => content.includes(text) || place.includes(text)).map((text) => `${text} in ${place}`),
  );
}
