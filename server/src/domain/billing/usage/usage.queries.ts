/** The currency of the terms `$1`, a version of a plan. */
export const termsCurrencySql = {
  name: 'terms-currency',
  text: `select "currency" from "PlanVersion" where "id" = $1::uuid`,
};

/** What meters cost on these terms. */
export const meterPricesSql = {
  name: 'meter-prices',
  text: `select "meter", "included"::text as "included", "unitAmountMinor", "perUnits" from "PlanPrice"
    where "planVersionId" = $1::uuid order by "meter"`,
};

/**
 * What the subscription of organization `$1` costs in its period at `$2`, changes of the plan within it included; in a trial
 * neither it nor what is used costs anything. No row where nothing is subscribed.
 */
export const subscribedPriceSql = {
  name: 'subscribed-price',
  text: `select s."state" = 'TRIALING' as "isTrial", case s."state" when 'TRIALING' then 0 else coalesce((
        select sum(b."amountMinor") from "BillableItem" b
          where b."subscriptionId" = s."id" and b."periodStartsAt" >= s."periodStartsAt" and b."periodEndsAt" <= s."periodEndsAt"
      ), v."priceMinor") end::text as "priceMinor"
    from "Subscription" s join "PlanVersion" v on v."id" = s."planVersionId"
    where s."organizationId" = $1::uuid and s."state" <> 'CANCELED'
      and s."periodStartsAt" <= $2::timestamptz and $2::timestamptz < s."periodEndsAt"`,
};

export const organizationBeginSql = {
  name: 'organization-begin',
  text: `select "createdAt" from "Organization" where "id" = $1::uuid`,
};
