import type { Grown } from './outbox.ts';
import type { JsonRow } from './signals.ts';

type Appended = { firstSeq: bigint; lastSeq: bigint; hint: JsonRow[] | null };

/** What `kick` tells of events that were just committed, if they are few enough to tell. */
export function grownOf(appended: Appended | null): { grown?: Grown } {
  const [first] = appended?.hint ?? [];
  if (!appended?.hint || !first) return {};
  const { firstSeq, lastSeq, hint: events } = appended;
  const organizationId = String(first['organizationId']);
  return { grown: { organizationId, firstSeq: String(firstSeq), lastSeq: String(lastSeq), events } };
}
