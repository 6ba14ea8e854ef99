/*
 * Authentication runs before every request. As one named statement PostgreSQL plans it once per connection,
 * which costs half of what Prisma's findUnique with a join does.
 * A member who left an organization takes their sign-ins and keys along: the membership is joined, not optional.
 */

/** What makes a viewer: of a membership `m` and a user `u`. Custom roles are given to members and to teams. */
export const viewerColumns = `m."organizationId", m."userId", m."role", u."locale",
    (select o."clockOffsetMs"::float8 from "Organization" o where o."id" = m."organizationId") as "clockOffsetMs", (
      select json_agg(json_build_object('sourceId', a."sourceId", 'permissions', r."permissions"))
      from "RoleAssignment" a join "CustomRole" r on r."id" = a."customRoleId"
      where a."organizationId" = m."organizationId" and a."sourceId" is not null and (
        a."membershipId" = m."id"
        or a."teamId" in (select t."teamId" from "TeamMember" t where t."membershipId" = m."id")
      )
    ) as "grants"`;

/** By hash of an opaque sign-in token: at most one row. */
export const findSignInSql = {
  name: 'find-sign-in',
  text: `select s."id", s."expiresAt", s."revokedAt", s."provedAt", s."lastSeenAt", ${viewerColumns}
    from "SignIn" s
    join "Membership" m on m."organizationId" = s."organizationId" and m."userId" = s."userId"
    join "User" u on u."id" = s."userId" and u."erasedAt" is null
    where s."tokenHash" = $1`,
};

/** By id, which a signed token names: at most one row, with the number of its current refresh token. */
export const findSignInByIdSql = {
  name: 'find-sign-in-by-id',
  text: `select s."id", s."expiresAt", s."revokedAt", s."provedAt", s."lastSeenAt", f."counter", f."usedAt", ${viewerColumns}
    from "SignIn" s
    join "Membership" m on m."organizationId" = s."organizationId" and m."userId" = s."userId"
    join "User" u on u."id" = s."userId" and u."erasedAt" is null
    left join "RefreshFamily" f on f."signInId" = s."id"
    where s."id" = $1`,
};

/**
 * Sign-in `$1` was seen at `$2`, from address `$3` at place `$4`, with an access token that came with refresh token
 * number `$5` (null: that is known already). Two that were seen at once write one after the other, and the same.
 */
export const touchSignInSql = {
  name: 'touch-sign-in',
  text: `with used as (
      update "RefreshFamily" set "usedAt" = $2 where "signInId" = $1 and "counter" = $5 and "usedAt" is null
    )
    update "SignIn" set "lastSeenAt" = $2, "address" = $3, "place" = $4 where "id" = $1`,
};

/** What time it is in the organization of membership `m` when it is `$2` for us. */
const ownTime = `$2::timestamptz + (
      select o."clockOffsetMs" * interval '1 millisecond' from "Organization" o where o."id" = m."organizationId"
    )`;

/**
 * Those of the sign-ins and keys `$1` that still prove something at `$2`, our time, and what who has them may do now; of keys the
 * secrets that do, as their hashes.
 */
export const validCredentialsSql = {
  name: 'valid-credentials',
  text: `select s."id", null as "secretHashes", null::text[] as "scopes", ${viewerColumns} from "SignIn" s
    join "Membership" m on m."organizationId" = s."organizationId" and m."userId" = s."userId"
    join "User" u on u."id" = s."userId"
    where s."id" = any($1::uuid[]) and s."revokedAt" is null and s."expiresAt" > ${ownTime}
    union all
    select k."id", array[encode(k."keyHash", 'hex'), case when k."previousExpiresAt" > ${ownTime} then encode(k."previousKeyHash", 'hex') end],
      k."scopes"::text[], ${viewerColumns}
    from "ApiKey" k
    join "Membership" m on m."organizationId" = k."organizationId" and m."userId" = k."createdByUserId"
    join "User" u on u."id" = k."createdByUserId"
    where k."id" = any($1::uuid[]) and k."revokedAt" is null and (k."expiresAt" is null or k."expiresAt" > ${ownTime})`,
};
