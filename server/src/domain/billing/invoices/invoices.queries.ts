/**
 * The next number of the series `$1`. Its row is held until the commit: who comes second waits, and a rollback gives the number
 * back. So there is no gap, and none twice.
 */
export const nextNumberSql = {
  name: 'next-invoice-number',
  text: `insert into "InvoiceSeries" as s ("id", "lastNumber") values ($1::text, 1)
    on conflict ("id") do update set "lastNumber" = s."lastNumber" + 1 returning "lastNumber"::text as "number"`,
};

/**
 * What was billed to organization `$1` of each meter for each stretch of hours that ended at `$2` or later, in the currency
 * `$3`: what is late for one of them is what its hours have grown by. The first line of some hours has all that was included.
 */
export const billedUsageSql = {
  name: 'billed-usage',
  text: `select l."meter"::text as "meter", l."periodStartsAt" as "startsAt", l."periodEndsAt" as "endsAt",
      sum(l."quantity")::text as "quantity", sum(l."amountMinor")::text as "amountMinor",
      max(l."included")::text as "included", max(l."unitAmountMinor")::text as "unitAmountMinor", max(l."perUnits") as "perUnits"
    from "InvoiceLine" l join "Invoice" i on i."id" = l."invoiceId"
    where l."organizationId" = $1::uuid and l."meter" is not null and l."periodEndsAt" >= $2::timestamptz
      and i."currency" = $3::text and i."kind" = 'INVOICE'
    group by l."meter", l."periodStartsAt", l."periodEndsAt" order by l."periodStartsAt", l."periodEndsAt", l."meter"`,
};
