import { errorOfResult } from './read-errors.ts';

type Result = { readonly __typename: string };
type PayloadName<R extends Result> = Extract<R['__typename'], `${string}Payload`>;

/** Narrows a result union to its payload; every other member is thrown as the error it stands for. */
export function expectPayload<R extends Result, N extends PayloadName<R>>(
  result: R,
  name: N,
  requestId: string | null,
): Extract<R, { readonly __typename: N }> {
  if (result.__typename === name) return result as Extract<R, { readonly __typename: N }>;
  throw errorOfResult(result, requestId);
}
