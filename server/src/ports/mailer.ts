/** A mail as it is sent: text is required, because not everybody reads HTML. */
export type Mail = { to: string; subject: string; text: string; html?: string };

/** Hands mails to whoever delivers them. */
export type Mailer = {
  /** Resolves once somebody has taken the mail. Rejects when nobody did; it may then be sent again. */
  send(mail: Mail): Promise<void>;
  /** Rejects when mails cannot be handed over now. */
  check(): Promise<void>;
};
