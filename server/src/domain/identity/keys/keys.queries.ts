import { viewerColumns } from '../identity.queries.ts';

/*
 * The one statement of a request with a key, see identity.queries.ts. The secret before the last re-roll finds its key,
 * too; whether it is still good the caller decides, so that a secret of any kind costs the same.
 */

/** By hash of an API key: at most one row. */
export const findApiKeySql = {
  name: 'find-api-key',
  text: `select k."id", k."expiresAt", k."revokedAt", k."scopes"::text[] as "scopes", k."allowedAddresses", k."lastUsedAt",
      k."keyHash" <> $1 as "isPrevious", k."previousExpiresAt", (
        select json_agg(json_build_object('name', l."name", 'max', l."max", 'windowSeconds', l."windowSeconds"))
        from "ApiKeyLimit" l where l."apiKeyId" = k."id"
      ) as "limits", ${viewerColumns}
    from "ApiKey" k
    join "Membership" m on m."organizationId" = k."organizationId" and m."userId" = k."createdByUserId"
    join "User" u on u."id" = k."createdByUserId" and u."erasedAt" is null
    where k."keyHash" = $1 or k."previousKeyHash" = $1`,
};

/** Key `$1` was used at `$2`; nothing where somebody has written so since `$3`. */
export const touchApiKeySql = {
  name: 'touch-api-key',
  text: `update "ApiKey" set "lastUsedAt" = $2 where "id" = $1 and ("lastUsedAt" is null or "lastUsedAt" < $3)`,
};
