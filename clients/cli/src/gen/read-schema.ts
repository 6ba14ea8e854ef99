import { readFile } from 'node:fs/promises';
import type { Client, TypedDocument } from '@sightline/core';
import { SightlineError } from '@sightline/core';
import { buildClientSchema, buildSchema, getIntrospectionQuery } from 'graphql';
import type { GraphQLSchema, IntrospectionQuery } from 'graphql';
import { UserMistake } from '../user-mistake.ts';

/** The graph as a file has it, SDL or the answer to an introspection. Throws UserMistake. */
export async function readSchemaFile(path: string): Promise<GraphQLSchema> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UserMistake(`${path} cannot be read.`);
  });
  try {
    if (!path.endsWith('.json')) return buildSchema(text);
    const read = JSON.parse(text) as { data?: IntrospectionQuery } & IntrospectionQuery;
    return buildClientSchema(read.data ?? read);
  } catch (error) {
    throw new UserMistake(`${path} is no schema: ${(error as Error).message}`);
  }
}

/** The graph as the server describes it. Throws UserMistake for one that does not. */
export async function askSchema(client: Client, signal: AbortSignal): Promise<GraphQLSchema> {
  try {
    const document = getIntrospectionQuery() as TypedDocument<IntrospectionQuery, Record<string, never>>;
    return buildClientSchema(await client.graphql(document, {}, { signal }));
  } catch (error) {
    if (!(error instanceof SightlineError) || error.retryable || error.code === 'UNAUTHENTICATED') throw error;
    throw new UserMistake(
      `The server does not describe its graph (${error.code}). Give a file: --schema schema.graphql`,
    );
  }
}
