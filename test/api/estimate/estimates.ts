import { graphql } from '../../harness/graphql.ts';

const fields = `queryCost isRehearsed charges { meter units amountMinor currency } left { name limit left resetsAt }
  refusals { code message retryAfterMs }`;

export type Told = {
  queryCost: number | null;
  isRehearsed: boolean;
  charges: { meter: string | null; units: string | null; amountMinor: string | null; currency: string }[];
  left: { name: string; limit: string; left: string; resetsAt: string | null }[];
  refusals: { code: string; message: string; retryAfterMs: number | null }[];
};

type Wanted = {
  operation: string;
  variables?: object;
  operationName?: string;
  sessionSeconds?: number;
  sessionFrames?: number;
};

/** What `estimate` says of an operation. */
export async function estimate(
  server: { url: string },
  caller: { token: string },
  { variables, ...wanted }: Wanted,
): Promise<Told> {
  const document = `query ($operation: String!, $variables: String, $operationName: String, $sessionSeconds: Int! = 3600, $sessionFrames: Int) {
    estimate(operation: $operation, variables: $variables, operationName: $operationName, sessionSeconds: $sessionSeconds,
      sessionFrames: $sessionFrames) { ${fields} }
  }`;
  const given = { ...wanted, ...(variables && { variables: JSON.stringify(variables) }) };
  return (await graphql(server, document, given, caller)).expectData().estimate as Told;
}

/** What `estimateSession` says. */
export async function estimateSession(
  server: { url: string },
  caller: { token: string },
  variables: { input: object; seconds: number; frames?: number },
): Promise<Told> {
  const document = `query ($input: StartSessionInput!, $seconds: Int!, $frames: Int) {
    estimateSession(input: $input, seconds: $seconds, frames: $frames) { ${fields} }
  }`;
  return (await graphql(server, document, variables, caller)).expectData().estimateSession as Told;
}

export const codes = ({ refusals }: Told): string[] => refusals.map(({ code }) => code);
