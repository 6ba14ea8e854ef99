import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Cost, UsageLevel, UsageReport, UsageSum } from '../entities.ts';
import {
  CostSoFarDocument,
  ForecastDocument,
  TopConsumersDocument,
  UsageDocument,
  UsageLiveDocument,
} from '../generated/documents.ts';
import type { Meter, UsageConsumer, UsageFilter } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';
import type { Stream } from '../transport/stream.ts';
import { follow } from './follow.ts';
import type { FollowOptions } from './follow.ts';

export type TopOptions = CallOptions & {
  /** `PREDICTIONS` unless given. */
  meter?: Meter | undefined;
  /** How many; 10 unless given. */
  first?: number | undefined;
  /** ISO 8601; the current billing period unless given. */
  from?: string | undefined;
  to?: string | undefined;
};

/** What was used, what is left, and what it costs. */
export function createUsage(parts: Pick<Parts, 'graphql' | 'subscribe' | 'settings' | 'renew'>) {
  const { graphql } = parts;
  return {
    /** What was used, exactly; by day in the current billing period unless told. */
    report(filter: Partial<UsageFilter> = {}, options?: CallOptions): Call<UsageReport> {
      return callOf(
        graphql(UsageDocument, { filter: { groupBy: 'DAY', ...filter } }, options),
        ({ data }) => data.usage,
      );
    },

    /** What is used and left now, then whenever that changes, newest wins. Survives lost connections. */
    live(meter: Meter = 'PREDICTIONS', options?: FollowOptions): Stream<UsageLevel> {
      const read = (data: { usageLive: UsageLevel }) => data.usageLive;
      return follow(parts, { document: UsageLiveDocument, variables: { meter }, read }, options);
    },

    /** Keys, models or sources that used the most, the largest first. */
    top(
      by: UsageConsumer,
      { meter = 'PREDICTIONS', first = 10, from, to, ...options }: TopOptions = {},
    ): Call<readonly UsageSum[]> {
      const variables = { by, meter, first, from: from ?? null, to: to ?? null };
      return callOf(graphql(TopConsumersDocument, variables, options), ({ data }) => data.topConsumers);
    },

    /** What the current billing period has cost until now. Throws PermissionDeniedError for who may not see bills. */
    costSoFar(options?: CallOptions): Call<Cost> {
      return callOf(graphql(CostSoFarDocument, {}, options), ({ data }) => data.costSoFar);
    },

    /** What it will cost if the rest of it goes on like the week before now. Throws as `costSoFar`. */
    forecast(options?: CallOptions): Call<Cost> {
      return callOf(graphql(ForecastDocument, {}, options), ({ data }) => data.forecast);
    },
  };
}
