/** The name of the file that begins with this number of an organization’s feed. */
export const archiveKey = (organizationId: string, firstSeq: bigint) =>
  `archives/${organizationId}/${firstSeq}.ndjson.gz`;

/**
 * Names of all files of events of organizations, given as a condition: those of rows, and for each feed the one that may
 * have been stored by who was then stopped before its row was.
 */
export const archiveKeysSql = (isTheirs: string) => `select "storageKey" as "key" from "EventArchive"
    where "organizationId" ${isTheirs}
  union select 'archives/' || "organizationId" || '/' || "firstSeq" || '.ndjson.gz' from "OrganizationFeed"
    where "organizationId" ${isTheirs}`;
