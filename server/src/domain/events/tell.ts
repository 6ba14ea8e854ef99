import type { Bus } from '../../ports.ts';
import type { Grown } from '../outbox/outbox.ts';
import { channelOf } from '../outbox/signals.ts';
import { hintMessage } from './event-hint.ts';

/** Tells followers of a feed what was just committed to it, at once. Lost, it costs them a look at the table. */
export function createTell(bus: Pick<Bus, 'publish'>) {
  return ({ organizationId, ...grown }: Grown): void => {
    const message = hintMessage({ organizationId, ...grown });
    if (message !== null) void bus.publish(channelOf('feed.grown', organizationId), message);
  };
}
