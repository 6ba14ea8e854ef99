import { UsageError } from '@sightline/db/cli-target';
import { decodeGlobalId } from '../graphql/global-id.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Kind = 'Organization' | 'ApiKey' | 'User';

const words: Readonly<Record<Kind, string>> = { Organization: 'organization', ApiKey: 'key', User: 'person' };

/**
 * What the database calls something that was named on a command line: as the graph names it, which is what people can see, or
 * as the database does. Throws UsageError.
 */
export function readId(text: string, kind: Kind): string {
  if (uuid.test(text)) return text;
  const named = decoded(text);
  if (named?.typename === kind) return named.id;
  throw new UsageError(`Name the ${words[kind]} by its id, as the API tells it or as the database has it, a UUID.`);
}

function decoded(text: string): { typename: string; id: string } | null {
  try {
    return decodeGlobalId(text);
  } catch {
    return null;
  }
}
