/** What a quota gives to calls that wait, in their order. */
export type Share = {
  /** Units of the calls that fit, and what goes ahead of later ones. */
  granted: number;
  left: number;
};

/** With less than this left nobody gets anything ahead: what one holds unused another would be refused for. */
const aheadFrom = 1_000;
/** Of what is left, so many holders may have a part ahead before half of it is out of sight. */
const aheadParts = 100;

/** Each call gets all of its units or none; one that does not fit leaves what there is to those after it. */
export function shareOut(left: number, wants: readonly number[], ahead: number): Share {
  let granted = 0;
  for (const want of wants) if (granted + want <= left) granted += want;
  const rest = left - granted;
  const extra = rest < aheadFrom ? 0 : Math.min(ahead, Math.floor(rest / aheadParts));
  return { granted: granted + extra, left: rest - extra };
}
