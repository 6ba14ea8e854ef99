/** Organization `$1`, held until the transaction ends: its clock is moved by one at a time. */
export const lockClockSql = {
  name: 'lock-clock',
  text: `select "isSandbox", "clockOffsetMs"::float8 as "offsetMs" from "Organization" where "id" = $1::uuid for no key update`,
};

/** Moves the clock of sandbox `$1` to `$2` milliseconds ahead of ours; never back, and never that of anybody else. */
export const moveClockSql = {
  name: 'move-clock',
  text: `update "Organization" set "clockOffsetMs" = greatest("clockOffsetMs", $2::bigint)
    where "id" = $1::uuid and "isSandbox" returning "clockOffsetMs"::float8 as "offsetMs"`,
};
