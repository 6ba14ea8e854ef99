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

/** What the subscription of organization `$1` costs in its period at `$2`. No row where nothing is to pay. */
export const subscribedPriceSql = {
  name: 'subscribed-price',
  text: `select v."priceMinor" from "Subscription" s join "PlanVersion" v on v."id" = s."planVersionId"
    where s."organizationId" = $1::uuid and s."state" not in ('CANCELED', 'TRIALING')
      and s."periodStartsAt" <= $2::timestamptz and $2::timestamptz < s."periodEndsAt"`,
};

export const organizationBeginSql = {
  name: 'organization-begin',
  text: `select "createdAt" from "Organization" where "id" = $1::uuid`,
};
