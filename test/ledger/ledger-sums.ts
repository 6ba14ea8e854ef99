import { query } from '../harness/database.ts';

/** Of one grain each: groups in which raw rows and roll-ups differ. 0, at every moment. */
const differencesSql = `with raw as (
    select g.grain, date_trunc(g.grain, u."at", 'UTC') as starts, u."organizationId", u."meter"::text, u."model",
      coalesce(u."apiKeyId", '00000000-0000-0000-0000-000000000000') as key,
      coalesce(u."sourceId", '00000000-0000-0000-0000-000000000000') as source, sum(u."count") as units, count(*) as records
    from "UsageRecord" u cross join (values ('HOUR'), ('DAY'), ('MONTH')) as g(grain) group by 1, 2, 3, 4, 5, 6, 7
  ), rolled as (
    select "grain"::text, "startsAt", "organizationId", "meter"::text, "model", "apiKeyId", "sourceId", "quantity"::numeric,
      "recordCount"::numeric from "UsageRollup"
  )
  select count(*)::int as "differences" from ((table raw except table rolled) union all (table rolled except table raw)) as d`;

export async function rollupDifferences(databaseUrl: string): Promise<number> {
  const [row] = await query(databaseUrl, differencesSql);
  return Number(row?.['differences']);
}
