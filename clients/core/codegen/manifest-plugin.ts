import { createHash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { operationTexts } from './operation-texts.ts';
import type { DocumentFile } from './operation-texts.ts';

/** Writes what this SDK sends, by the SHA-256 of its text: a server in production can refuse everything else. */
export function plugin(_schema: GraphQLSchema, files: DocumentFile[]): string {
  const documents = operationTexts(files).map(({ name, kind, text }) => {
    const id = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    return [id, { name, kind, text }] as const;
  });
  const manifest = { format: 'sightline-persisted-documents', version: 1, documents: Object.fromEntries(documents) };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
