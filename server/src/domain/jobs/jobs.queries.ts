/* Reads over all organizations, each by its own time: a sandbox may be years ahead. */

/** When a subscription, as it is now, does its next step. */
const nextStep = `least(
    s."periodEndsAt",
    case s."state" when 'TRIALING' then s."trialEndsAt" when 'GRACE' then s."graceEndsAt" end
  )`;

/** Organizations whose subscription has a step to do at `$1`, our time, or something that is on no bill yet. */
export const dueOrganizationsSql = {
  name: 'due-organizations',
  text: `select o."id" from "Organization" o
    where exists (
        select 1 from "Subscription" s where s."organizationId" = o."id" and s."state" <> 'CANCELED'
          and ${nextStep} <= $1::timestamptz + o."clockOffsetMs" * interval '1 millisecond'
      ) or exists (select 1 from "BillableItem" i where i."organizationId" = o."id" and i."invoiceId" is null)
    order by o."id"`,
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
