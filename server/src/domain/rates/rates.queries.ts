/** What was agreed for anybody of organization `$1`. Those that are over are told from the others where time is known. */
export const rateOverridesSql = {
  name: 'rate-overrides',
  text: `select "subject", "subjectId", "endpoint", "max", "windowSeconds", "expiresAt" from "RateLimitOverride"
    where "organizationId" = $1::uuid`,
};
