/* Data keys are read once in the life of a process, outside of any organization. */

export const findDataKeySql = {
  name: 'find-data-key',
  text: `select "id", "wrappedBy", "wrapped" from "DataKey" where "id" = $1`,
};

/** The newest that seals, wrapped by key `$1`. */
export const currentDataKeySql = {
  name: 'current-data-key',
  text: `select "id", "wrappedBy", "wrapped" from "DataKey" where "wrappedBy" = $1 and "retiredAt" is null
    order by "id" desc limit 1`,
};

export const addDataKeySql = {
  name: 'add-data-key',
  text: `insert into "DataKey" ("id", "wrappedBy", "wrapped") values ($1, $2, $3)`,
};
