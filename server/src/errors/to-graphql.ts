import type { Locale } from '@sightline/db/client';
import { GraphQLError } from 'graphql';
import type { GraphQLErrorOptions, GraphQLFormattedError } from 'graphql';
import { describeError, extensionOf } from './describe.ts';
import type { Described } from './describe.ts';

/** The error as it goes over the wire. */
export function formatGraphqlError(error: unknown, requestId: string, locale: Locale = 'EN'): GraphQLFormattedError {
  return toGraphqlError(error, requestId, locale).toJSON();
}

/** The error with its place in document and result kept. Mapping a mapped error changes nothing. */
export function toGraphqlError(error: unknown, requestId: string, locale: Locale = 'EN'): GraphQLError {
  if (error instanceof GraphQLError && extensionOf(error, 'requestId')) return error;
  const described = describeError(error, locale);
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

function extensionsOf({ code, hint, retryable, retryAfterMs, docs, details }: Described, requestId: string) {
  return {
    code,
    requestId,
    retryable,
    ...(retryAfterMs !== null && { retryAfterMs }),
    hint,
    docs,
    ...(details && { details }),
  };
}
