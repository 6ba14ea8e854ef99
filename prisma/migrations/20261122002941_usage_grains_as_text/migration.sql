-- Behind row security a condition is looked up in an index only where its operator is known not to tell of rows that are
-- hidden. That of enums is not: for the application the grain was a filter, and each sum read all roll-ups of all grains.
-- That of text is. Rewrites the table, seconds for each million roll-ups, while usage waits.
ALTER TABLE "UsageRollup" ALTER COLUMN "grain" TYPE TEXT USING "grain"::text;
ALTER TABLE "UsageRollup" ADD CONSTRAINT "UsageRollup_grain_check" CHECK ("grain" IN ('HOUR', 'DAY', 'MONTH'));
DROP TYPE "UsageGrain";

CREATE OR REPLACE FUNCTION "roll_up_usage"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO "UsageRollup" AS r ("organizationId", "grain", "startsAt", "meter", "apiKeyId", "model", "sourceId",
            "quantity", "recordCount")
        SELECT n."organizationId", g."grain", date_trunc(g."grain", n."at", 'UTC'), n."meter",
            coalesce(n."apiKeyId", '00000000-0000-0000-0000-000000000000'), n."model",
            coalesce(n."sourceId", '00000000-0000-0000-0000-000000000000'), sum(n."count"), count(*)
        FROM added n CROSS JOIN (VALUES ('HOUR'), ('DAY'), ('MONTH')) AS g("grain")
        GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT ("organizationId", "grain", "startsAt", "meter", "apiKeyId", "model", "sourceId") DO UPDATE
            SET "quantity" = r."quantity" + excluded."quantity", "recordCount" = r."recordCount" + excluded."recordCount";
    RETURN NULL;
END
$$;
-- Replacing it has put the session's search path into it.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION %I."roll_up_usage"() SET search_path = %1$I, pg_temp', current_schema());
END
$$;
