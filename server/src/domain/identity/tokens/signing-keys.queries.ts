/* The keys of access tokens. They are read rarely: each process keeps them. */

/** Those that were not over at `$1`, oldest first. */
export const livingKeysSql = {
  name: 'living-signing-keys',
  text: `select "id", "algorithm", "publicJwk", "privateKey", "activeFrom", "retiresAt", "expiresAt"
    from "SigningKey" where "expiresAt" > $1 order by "activeFrom", "id"`,
};

/** One process at a time decides whether a new key is due. Held until the transaction ends. */
export const lockSigningKeysSql = {
  name: 'lock-signing-keys',
  text: `select pg_advisory_xact_lock(hashtextextended('sightline signing keys', 0))`,
};

export const addSigningKeySql = {
  name: 'add-signing-key',
  text: `insert into "SigningKey"
      ("id", "algorithm", "publicJwk", "privateKey", "createdAt", "activeFrom", "retiresAt", "expiresAt")
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

/** Takes keys that sign after `$1` out of use then; they are published until `$2`. */
export const retireSigningKeysSql = {
  name: 'retire-signing-keys',
  text: `update "SigningKey" set "retiresAt" = least("retiresAt", $1), "expiresAt" = least("expiresAt", $2)
    where "retiresAt" > $1`,
};

/** Those that would have begun to sign at `$1` or later: nobody has a token of theirs. */
export const withdrawSigningKeysSql = {
  name: 'withdraw-signing-keys',
  text: `delete from "SigningKey" where "activeFrom" >= $1`,
};

export const pruneSigningKeysSql = {
  name: 'prune-signing-keys',
  text: `delete from "SigningKey" where "expiresAt" <= $1`,
};
