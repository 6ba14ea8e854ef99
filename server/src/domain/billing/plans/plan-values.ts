import type { Meter, PlanPrice, PlanVersion } from '@sightline/db/client';

/** What somebody typed is no value of a plan. The message says what would be one. */
export class PlanValueError extends Error {
  override readonly name = 'PlanValueError';
}

type Field = { kind: 'int' | 'bigint'; least: number; isOptional: boolean; most?: number };
type LimitName = Exclude<keyof PlanVersion, 'id' | 'planCode' | 'number' | 'createdAt' | keyof typeof terms>;

/** Of PostgreSQL's `int`. */
const maxInt = 2_147_483_647;

const count = { kind: 'int', least: 0, isOptional: false } as const;
const some = { ...count, least: 1 } as const;
const rate = { ...some, isOptional: true } as const;

/** Prices and terms: of plans only. */
const terms = {
  priceMinor: count,
  trialDays: { ...count, most: 365 },
  graceDays: { ...count, most: 90 },
  currency: 'text',
  interval: 'text',
} as const satisfies Record<string, Field | 'text'>;

/** Limits: of plans, and of an organization alone. `none` stands for no limit where there may be none. */
const limits: Readonly<Record<LimitName, Field | 'flag'>> = {
  predictionsPerPeriod: { kind: 'bigint', least: 0, isOptional: true },
  predictionsAreHard: 'flag',
  maxSources: count,
  maxConcurrentSessions: count,
  maxSeats: some,
  maxRetentionDays: some,
  maxLiveConnections: count,
  requestsPerMinute: rate,
  maxQueryCost: some,
  maxStoredBytes: { kind: 'bigint', least: 0, isOptional: false },
  inferenceWeight: { ...some, most: 100 },
  inferencePerMinute: rate,
  inferencePerMinuteKey: rate,
};

export const limitNames = Object.keys(limits) as LimitName[];
export const planNames = [...Object.keys(terms), ...limitNames];

export type PlanChanges = { version: Partial<PlanVersion>; prices: Map<Meter, Partial<PlanPrice>> };

const meters: readonly Meter[] = ['PREDICTIONS', 'FRAMES', 'SESSION_SECONDS'];

/** Reads `maxSources=50`, `price.PREDICTIONS=50/1000`, `included.PREDICTIONS=1000000`. Throws PlanValueError. */
export function readChanges(assignments: readonly string[]): PlanChanges {
  const version: Record<string, unknown> = {};
  const prices: PlanChanges['prices'] = new Map();
  for (const assignment of assignments) {
    const at = assignment.indexOf('=');
    const [name, text] = [assignment.slice(0, at), assignment.slice(at + 1)];
    if (at < 1) throw new PlanValueError(`Say name=value, not “${assignment}”.`);
    const [what, meterName] = name.split('.');
    if (meterName === undefined) {
      version[name] = readValue(name, text);
      continue;
    }
    const meter = meters.find((each) => each === meterName);
    if (!meter || (what !== 'price' && what !== 'included')) {
      throw new PlanValueError(`There is no ${name}: say price.METER or included.METER, with ${meters.join(', ')}.`);
    }
    prices.set(meter, {
      ...prices.get(meter),
      ...(what === 'price' ? priceOf(text) : { included: wholeNumber(text, 0) }),
    });
  }
  return { version, prices };
}

/** A limit for one organization, as its row has it: flags are 0 and 1. Throws PlanValueError. */
export function readLimit(name: string, text: string): bigint | null {
  if (!limitNames.some((each) => each === name))
    throw new PlanValueError(`There is no limit ${name}: ${limitNames.join(', ')}.`);
  const value = readValue(name, text);
  return value === null ? null : BigInt(value as number | bigint | boolean);
}

function readValue(name: string, text: string): string | number | bigint | boolean | null {
  if (!Object.hasOwn(terms, name) && !Object.hasOwn(limits, name)) {
    throw new PlanValueError(`There is no ${name}: ${planNames.join(', ')}.`);
  }
  const field: Field | 'text' | 'flag' = { ...terms, ...limits }[name as keyof typeof terms | LimitName];
  if (field === 'text') return textOf(name, text);
  if (field === 'flag') {
    if (text !== 'true' && text !== 'false') throw new PlanValueError(`${name} is true or false.`);
    return text === 'true';
  }
  if (text === 'none') {
    if (!field.isOptional) throw new PlanValueError(`${name} is a number; there is no plan without it.`);
    return null;
  }
  const value = wholeNumber(text, field.least);
  if (field.kind === 'bigint') return value;
  const most = field.most ?? maxInt;
  if (value > most) throw new PlanValueError(`${name} is at most ${most}.`);
  return Number(value);
}

function textOf(name: string, text: string): string {
  if (name === 'interval' && text !== 'MONTH' && text !== 'YEAR')
    throw new PlanValueError('interval is MONTH or YEAR.');
  if (name === 'currency' && !/^[A-Z]{3}$/.test(text)) throw new PlanValueError('currency is three capital letters.');
  return text;
}

function wholeNumber(text: string, least: number): bigint {
  // What fits into a JSON number: limits are told to callers as such.
  if (!/^\d{1,16}$/.test(text) || Number(text) > Number.MAX_SAFE_INTEGER || Number(text) < least) {
    throw new PlanValueError(`“${text}” is no whole number from ${least} to ${Number.MAX_SAFE_INTEGER}.`);
  }
  return BigInt(text);
}

function priceOf(text: string): Pick<PlanPrice, 'unitAmountMinor' | 'perUnits'> {
  const [amount = '', perUnits = '1'] = text.split('/');
  const [unitAmountMinor, per] = [Number(wholeNumber(amount, 0)), Number(wholeNumber(perUnits, 1))];
  if (unitAmountMinor > maxInt || per > maxInt) throw new PlanValueError(`A price has numbers up to ${maxInt}.`);
  return { unitAmountMinor, perUnits: per };
}
