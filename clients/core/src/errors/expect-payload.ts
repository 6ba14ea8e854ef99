import { errorOfResult } from './read-errors.ts';

type Result = { readonly __typename: string };
type PayloadOf<R> = Omit<Extract<R, { readonly __typename: `${string}Payload` }>, '__typename'>;

/** What a result union holds when it went well; every other member is thrown as the error it stands for. */
export function expectPayload<R extends Result>(result: R, requestId: string | null): PayloadOf<R> {
  const { __typename: name, ...payload } = result;
  if (name.endsWith('Payload')) return payload as PayloadOf<R>;
  throw errorOfResult(result, requestId);
}
