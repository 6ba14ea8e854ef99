import { GraphQLError } from 'graphql';
import type { GraphQLErrorOptions, GraphQLFormattedError } from 'graphql';
import { describeError, extensionOf } from './describe.ts';
import type { Described } from './describe.ts';

/** Where a code is explained, relative to the repository. */
export function docsOf(code: string): string {
  return `docs/errors.md#${code.toLowerCase()}`;
}

/** The error as it goes over the wire. */
export function formatGraphqlError(error: unknown, requestId: string): GraphQLFormattedError {
  return toGraphqlError(error, requestId).toJSON();
}

/** The error with its place in document and result kept. Mapping a mapped error changes nothing. */
export function toGraphqlError(error: unknown, requestId: string): GraphQLError {
  if (error instanceof GraphQLError && extensionOf(error, 'requestId')) return error;
  const described = describeError(error);
  const mapped = new GraphQLError(described.message, {
    ...(error instanceof GraphQLError && placeOf(error)),
    extensions: extensionsOf(described, requestId),
  });
  // Compiled operations give locations without the nodes they come from.
  if (!mapped.locations && error instanceof GraphQLError && error.locations) {
    Object.defineProperty(mapped, 'locations', { value: error.locations, enumerable: true });
  }
  return mapped;
}

function placeOf({ nodes, source, positions, path }: GraphQLError): GraphQLErrorOptions {
  return { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null };
}

function extensionsOf({ code, retryable, retryAfterMs, details }: Described, requestId: string) {
  return {
    code,
    requestId,
    retryable,
    ...(retryAfterMs !== null && { retryAfterMs }),
    docs: docsOf(code),
    ...(details && { details }),
  };
}
