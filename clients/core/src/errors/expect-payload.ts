import { errorOfResult } from './read-errors.ts';

type Result = { readonly __typename: string };

/** What a result union holds when it went well; every other member is thrown as the error it stands for. */
export function expectPayload<R extends Result>(
  result: R,
  requestId: string | null,
): Extract<R, { readonly __typename: `${string}Payload` }> {
  if (result.__typename.endsWith('Payload')) return result as Extract<R, { readonly __typename: `${string}Payload` }>;
  throw errorOfResult(result, requestId);
}
