import { createHash } from 'node:crypto';

/** For everybody, for nobody, or for a share of organizations. */
export type FlagValue = { isOn: boolean; percentage: number | null };

/** In lower case with dashes, such as `new-dashboard`. */
export const isFlagName = (text: string): boolean => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text) && text.length <= 64;

/** `FEATURE_NEW_DASHBOARD` for `new-dashboard`. */
export const variableOf = (name: string): string => `FEATURE_${name.toUpperCase().replaceAll('-', '_')}`;

/** Reads `on`, `off` or a share such as `30%`; null for everything else. */
export function parseFlagValue(text: string): FlagValue | null {
  if (text === 'on' || text === 'off') return { isOn: text === 'on', percentage: null };
  const share = /^(\d{1,3})%$/.exec(text)?.[1];
  return share === undefined || Number(share) > 100 ? null : { isOn: false, percentage: Number(share) };
}

export const printFlagValue = ({ isOn, percentage }: FlagValue): string =>
  percentage === null ? (isOn ? 'on' : 'off') : `${percentage}%`;

/**
 * Whether an organization is among so many of a hundred. Always the same for one flag and organization, other ones for
 * another flag; whoever is among thirty is among forty.
 */
export function isAmong(percentage: number, name: string, organizationId: string | null): boolean {
  if (organizationId === null) return percentage >= 100;
  const digest = createHash('sha256').update(`${name}:${organizationId}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < percentage / 100;
}

/** What a value says for an organization; null: for nobody in particular. */
export const isOnFor = (name: string, { isOn, percentage }: FlagValue, organizationId: string | null): boolean =>
  percentage === null ? isOn : isAmong(percentage, name, organizationId);
