-- The trigger that links audit entries runs as its owner. Unless it is said, a session's own temporary tables come before
-- all others: whoever makes an "AuditChain" there would be asked for the end of the chain, and its triggers run as the owner.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION %I."chain_audit_entry"() SET search_path = %1$I, pg_temp', current_schema());
END
$$;
