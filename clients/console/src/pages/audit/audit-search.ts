import type { AuditLogFilter } from '@sightline/core';

/** Which entries are seen, as the address says it. Days are those of whoever looks. */
export type AuditSearch = {
  action?: string;
  /** Id of a user. */
  who?: string;
  /** Id of what was changed. */
  target?: string;
  /** Id of a request. */
  request?: string;
  /** `2026-11-22`, inclusive both. */
  from?: string;
  to?: string;
};

const names = ['action', 'who', 'target', 'request'] as const;
const days = ['from', 'to'] as const;
const dayText = /^\d{4}-\d\d-\d\d$/;

/** What an address says, as far as it makes sense. */
export function auditSearch(given: Record<string, unknown>): AuditSearch {
  const search: AuditSearch = {};
  for (const name of names) {
    const value = given[name];
    // An id that looks like a number comes as one.
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && text.trim() !== '') search[name] = text.trim();
  }
  for (const name of days) {
    const value = given[name];
    if (typeof value === 'string' && dayText.test(value) && !Number.isNaN(startOf(value).getTime()))
      search[name] = value;
  }
  return search;
}

/** The first moment of a day, or of one that comes after it, in the zone of whoever looks. */
function startOf(day: string, later = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later);
}

/** What the log is asked for. */
export const filterOf = ({ action, who, target, request, from, to }: AuditSearch): AuditLogFilter => ({
  ...(action && { actions: [action] }),
  ...(who && { actorId: who }),
  ...(target && { targetId: target }),
  ...(request && { requestId: request }),
  ...(from && { from: startOf(from).toISOString() }),
  // A day may have 23 or 25 hours: the next one begins where it begins.
  ...(to && { to: startOf(to, 1).toISOString() }),
});
