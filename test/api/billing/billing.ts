import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import type { GraphqlAnswer } from '../../harness/graphql.ts';
import type { Person } from '../../harness/people.ts';

const subscriptionFields = `subscription {
  id state plan { code } planVersionNumber priceMinor currency pendingPlanCode createdAt periodStartsAt periodEndsAt
  trialEndsAt cancelAtPeriodEnd pastDueSince graceEndsAt canceledAt changes { event fromState toState }
}`;

const inputs = {
  subscribe: 'SubscribeInput!',
  changePlan: 'ChangePlanInput!',
  cancelSubscription: 'CancelSubscriptionInput!',
} as const;

type Caller = Pick<Person, 'token'>;
type Server = { url: string };

/** The result union of a mutation of subscriptions: `subscription`, or `code` and `message` of what refused it. */
export async function ask(
  server: Server,
  person: Caller,
  name: keyof typeof inputs | 'resumeSubscription',
  input = {},
) {
  const body = `{ __typename ... on PlanSubscriptionPayload { ${subscriptionFields} } ... on UserError { code message } }`;
  const text =
    name === 'resumeSubscription'
      ? `mutation { ${name} ${body} }`
      : `mutation ($input: ${inputs[name]}) { ${name}(input: $input) ${body} }`;
  const answer = await graphql(server, text, name === 'resumeSubscription' ? {} : { input }, person);
  return answer.expectData()[name] as Answer;
}

export async function subscribe(server: Server, person: Caller, input: { planCode: string; trial?: boolean }) {
  const { subscription, code, message } = await ask(server, person, 'subscribe', input);
  if (!subscription) throw new Error(`${code}: ${message}`);
  return subscription as Answer;
}

/** What the organization has and may do. */
export async function standing(server: Server, person: Caller): Promise<Answer> {
  const text = `{ viewer { organization { plan { code } ${subscriptionFields} limits {
    maxSources maxSeats maxConcurrentSessions maxRetentionDays maxLiveConnections maxQueryCost maxStoredBytes
    requestsPerMinute inferencePerMinute inferencePerMinuteKey inferenceWeight predictionsPerPeriod predictionsAreHard
  } } } }`;
  return (await graphql(server, text, {}, person)).expectData().viewer.organization;
}

export const codeOf = ({ errors }: GraphqlAnswer) => errors[0]?.extensions['code'] ?? null;
