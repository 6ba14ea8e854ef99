/** Where time is the organization's, which a sandbox moves and a test replaces. */
const domain = /^server\/src\/domain\/(?!.*\.test\.ts$)/;

/** Statements that may ask the database for the time: it is that of machines, which nobody moves. */
const machineTime: Readonly<Record<string, string>> = {
  'server/src/domain/sessions/sessions.queries.ts': 'leases: whether another process is alive',
  'server/src/domain/presence/presence.queries.ts':
    'whether another process is alive, and for five seconds what people do',
  'server/src/domain/billing/quotas/quota-leases.queries.ts': 'leases: whether a sidecar is alive',
  'server/src/domain/idempotency/idempotency.queries.ts': 'how long an answer is kept for who asks again',
  'server/src/domain/secrets/roll-keys.ts': 'when an operator retired a key',
};

export const wayOut = 'Time is a port: take a Clock in Deps and ask clock.now(), so that a test can move it.';
export const sqlWayOut =
  'Time is a port: give the statement clock.now() as a value. Where it is the time of machines, say so in deploy/local/lint/own-time.ts.';

/** Whether a file has to ask the port for the time. */
export const mustAskClock = (file: string) => domain.test(file);

/** Whether its statements have to be given the time. */
export const mustBeGivenTime = (file: string) => domain.test(file) && machineTime[file] === undefined;

/** Whether text of a statement asks the database for the time. */
export const asksDatabase = (text: string) =>
  /\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|\bcurrent_(?:timestamp|date|time)\b/i.test(
    text,
  );
