/**
 * The text of one GraphQL operation, carrying the types of its result and variables. Only the compiler sees them: at
 * run time it is a plain string.
 */
export type TypedDocument<Result, Variables> = string & {
  readonly ' types'?: (variables: Variables) => Result;
};

/** Whether running the operation twice is the same as running it once. Mutations are not, unless the caller knows better. */
export function isQuery(document: string): boolean {
  return /^\s*(query\b|\{)/.test(document);
}
