/* Reads over all organizations, each by its own time: a sandbox may be years ahead. */

/** When a subscription, as it is now, does its next step. */
const nextStep = `least(
    s."periodEndsAt",
    case s."state" when 'TRIALING' then s."trialEndsAt" when 'GRACE' then s."graceEndsAt" end
  )`;

/** Organizations whose subscription has a step to do when it is `$1` for us. */
export const dueOrganizationsSql = {
  name: 'due-organizations',
  text: `select s."organizationId" as "id" from "Subscription" s join "Organization" o on o."id" = s."organizationId"
    where s."state" <> 'CANCELED'
      and ${nextStep} <= $1::timestamptz + o."clockOffsetMs" * interval '1 millisecond'
    order by 1`,
};

/** The first step of the subscriptions of organization `$1` later than `$2`; null: none. */
export const nextStepSql = {
  name: 'next-subscription-step',
  text: `select min(step) as "at" from (
      select unnest(array[
        s."periodEndsAt",
        case s."state" when 'TRIALING' then s."trialEndsAt" when 'GRACE' then s."graceEndsAt" end
      ]) as step
      from "Subscription" s where s."organizationId" = $1::uuid and s."state" <> 'CANCELED'
    ) steps where step > $2::timestamptz`,
};
