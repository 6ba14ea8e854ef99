import { isObjectType } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { InputInvalidError } from '../errors/request-errors.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Relay's global id: base64url of `Type:uuid`. Opaque to callers. */
export function encodeGlobalId(typename: string, id: string): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}

/** Inverse of `encodeGlobalId`. Throws INPUT_INVALID for anything else, before it can reach the database. */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const text = globalId.length <= 200 ? Buffer.from(globalId, 'base64url').toString('utf8') : '';
  const colon = text.indexOf(':');
  const [typename, id] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 1 || !uuid.test(id)) throw notOurs();
  return { typename, id };
}

/** Refuses ids of types that have none: whoever made them up chose the type, too. Throws INPUT_INVALID. */
export function requireNodes(schema: GraphQLSchema, ids: readonly ({ typename: string } | null | undefined)[]): void {
  for (const id of ids) {
    const type = id && schema.getType(id.typename);
    const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
    if (id && !isNode) throw notOurs();
  }
}

const notOurs = () => new InputInvalidError('id', 'This is not an id of this API.');
