/* Several processes may send: `skip locked` gives each another mail. */

/** Takes the mail that has waited longest at `$1`, and puts its next attempt off: `$2` ms, doubled each time, up to `$3`. */
export const claimMailSql = {
  name: 'claim-mail',
  text: `update "MailMessage" set "attemptCount" = "attemptCount" + 1,
      "nextAttemptAt" = $1::timestamptz + least($2 * power(2, least("attemptCount", 20)), $3) * interval '1 millisecond'
    where "id" = (
      select "id" from "MailMessage" where "nextAttemptAt" <= $1 order by "nextAttemptAt" limit 1 for update skip locked
    ) returning "id", "sealed", "attemptCount"`,
};

export const removeMailSql = { name: 'remove-mail', text: `delete from "MailMessage" where "id" = $1` };

/** What waits, a page at a time, after `$1`. */
export const waitingMailsSql = {
  name: 'waiting-mails',
  text: `select "id", "sealed", "attemptCount" from "MailMessage" where "id" > $1::uuid order by "id" limit 200`,
};
