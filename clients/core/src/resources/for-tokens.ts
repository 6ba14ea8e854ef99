import type { Credentials } from '../transport/credentials.ts';
import type { Graphql } from '../transport/graphql.ts';

/** For mutations that give tokens, which may not be kept here. Throws ConfigurationError before anything is asked then. */
export function graphqlForTokens({ graphql, credentials }: { graphql: Graphql; credentials: Credentials }): Graphql {
  return async (document, variables, options) => {
    credentials.expectTokens?.();
    return graphql(document, variables, options);
  };
}
