/* The chain as text, so that it is compared and hashed the same everywhere. */

const entryColumns = `"chainId", "seq"::text, "id", "organizationId", "actorUserId", "actorApiKeyId", "action", "targetType",
  "targetId", "requestId", to_char("at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "at",
  encode("beforeHash", 'hex') as "beforeHash", encode("afterHash", 'hex') as "afterHash",
  encode("previousHash", 'hex') as "previousHash", encode("hash", 'hex') as "hash"`;

/** The next `$3` entries of chain `$1` after number `$2`. */
export const chainEntriesSql = {
  name: 'chain-entries',
  text: `select ${entryColumns} from "AuditEntry" where "chainId" = $1 and "seq" > $2 order by "AuditEntry"."seq" limit $3`,
};

/** Every chain there is, whether it has entries, an end, or an organization; `$1` null for all, else one. */
export const chainsSql = {
  name: 'chains',
  text: `select coalesce(c."id", e."chainId") as "id", c."lastSeq"::text, encode(c."lastHash", 'hex') as "lastHash",
      coalesce(c."prunedSeq", 0)::text as "prunedSeq", encode(c."prunedHash", 'hex') as "prunedHash",
      e."chainId" is not null as "hasEntries", o."id" is not null as "hasOrganization"
    from "AuditChain" c full join (select distinct "chainId" from "AuditEntry") e on e."chainId" = c."id"
    left join "Organization" o on o."id" = coalesce(c."id", e."chainId")
    where $1::uuid is null or coalesce(c."id", e."chainId") = $1 order by 1`,
};
