/*
 * Leases of quotas. Their time is the database's: how long a sidecar keeps what it took is no matter of the clock of the
 * organization.
 */

/** Holds quota `$1`, `$2`, `$3` until the transaction ends, and reads what is taken of it: one row, made where there is none. */
export const lockQuotaSql = {
  name: 'lock-quota',
  text: `insert into "QuotaCounter" as q ("organizationId", "meter", "periodStartsAt", "taken")
    values ($1::uuid, $2::"Meter", $3::timestamptz, 0)
    on conflict ("organizationId", "meter", "periodStartsAt") do update set "taken" = q."taken"
    returning "taken"::text`,
};

/** Says that `$4` units are taken. The quota has to be held. */
export const setQuotaSql = {
  name: 'set-quota',
  text: `update "QuotaCounter" set "taken" = $4::bigint
    where "organizationId" = $1::uuid and "meter" = $2::"Meter" and "periodStartsAt" = $3::timestamptz`,
};

/** Writes down that holder `$5` has `$6` units of a quota as lease `$4`. */
export const addLeaseSql = {
  name: 'add-quota-lease',
  text: `insert into "QuotaLease" ("id", "organizationId", "meter", "periodStartsAt", "holder", "amount", "takenAt")
    values ($4::uuid, $1::uuid, $2::"Meter", $3::timestamptz, $5::text, $6::bigint, now())`,
};

/** What lease `$1` still counts, and whose it is; the quota first, as everybody takes them in this order. */
export const findLeaseSql = {
  name: 'find-quota-lease',
  text: `select "organizationId", "meter", "periodStartsAt" from "QuotaLease" where "id" = $1::uuid`,
};

/** Lease `$1` keeps `$2` units; gives what it had more. No row when it was settled before: telling it again changes nothing. */
export const settleLeaseSql = {
  name: 'settle-quota-lease',
  text: `with before as (
      select "id", "amount" from "QuotaLease" where "id" = $1::uuid and "settledAt" is null for update
    )
    update "QuotaLease" l set "amount" = least(b."amount", $2::bigint), "settledAt" = now()
    from before b where l."id" = b."id"
    returning (b."amount" - l."amount")::text as "freed"`,
};

/** Quotas with leases of more than `$1` seconds ago: by now everything done under those is in the ledger. */
export const oldLeasesSql = {
  name: 'old-quota-leases',
  text: `select distinct "organizationId", "meter", "periodStartsAt" from "QuotaLease"
    where "takenAt" < now() - make_interval(secs => $1::int) limit 100`,
};

/** Forgets those of one quota. */
export const forgetLeasesSql = {
  name: 'forget-quota-leases',
  text: `delete from "QuotaLease" where "organizationId" = $1::uuid and "meter" = $2::"Meter"
    and "periodStartsAt" = $3::timestamptz and "takenAt" < now() - make_interval(secs => $4::int)`,
};

/** What the leases of a quota that are left may still use, at most. */
export const leasedSql = {
  name: 'leased-of-quota',
  text: `select coalesce(sum("amount"), 0)::text as "units" from "QuotaLease"
    where "organizationId" = $1::uuid and "meter" = $2::"Meter" and "periodStartsAt" = $3::timestamptz`,
};

/** What is taken of quota `$1`, `$2`, `$3`; no row before the first. */
export const takenOfQuotaSql = {
  name: 'taken-of-quota',
  text: `select "taken"::text from "QuotaCounter"
    where "organizationId" = $1::uuid and "meter" = $2::"Meter" and "periodStartsAt" = $3::timestamptz`,
};
