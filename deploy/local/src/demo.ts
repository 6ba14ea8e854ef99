import { join } from 'node:path';
import { runDemo } from 'sightline/demo';
import { openDatabase } from '@sightline/db/database';
import { demoLogin, lockDemo, seedDemo } from '@sightline/db/seed';
import type { Terminal } from './terminal.ts';

/** Makes the demo organization and login, or, where others can reach the server, makes sure that nobody can use them. */
export async function prepareDemo(databaseUrl: string, purpose: 'use' | 'lock'): Promise<void> {
  // The server owns how passwords are hashed, and it cannot be asked: nobody can sign in yet.
  // oxlint-disable-next-line sightline/import-direction
  const { hashPassword } = await import('../../../server/src/domain/identity/passwords.ts');
  await using database = openDatabase(databaseUrl, { maxConnections: 1 });
  await (purpose === 'use' ? seedDemo : lockDemo)(database, { hashPassword });
}

type ShowOptions = { url: string; dataDir: string; signal: AbortSignal; terminal: Terminal; onFirstObject: () => void };

/** One session over the bundled pictures, through the public API and SDK only. */
export async function showDemo({ url, dataDir, signal, terminal, onFirstObject }: ShowOptions): Promise<void> {
  const summary = await runDemo({
    url,
    ...demoLogin,
    source: null,
    out: join(dataDir, 'demo'),
    signal,
    onFirstObject,
    print: { line: (text) => terminal.line(`  ${text}`), progress: (progress) => terminal.progress(progress) },
  });
  const seen = summary.objects.map(({ label, tracks }) => `${tracks} × ${label}`).join(', ');
  terminal.line(`  ${summary.eventCount} events of ${summary.frameCount} pictures: ${seen || 'nothing seen'}`);
  if (summary.pictureFolder) terminal.line(`  annotated pictures: ${summary.pictureFolder}`);
}
