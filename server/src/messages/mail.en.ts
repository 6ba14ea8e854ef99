/** Mails by template: subject and text, with `{name}` for what is filled in. The English ones say which there are. */
export const mailEn = {
  'verify-email': {
    subject: 'Confirm your address',
    text: 'Hello {name},\n\nopen this link to confirm that this address is yours:\n\n{link}\n\nIt works once, for {hours} hours. If you did not ask for it, do nothing.\n',
  },
  'sign-up-known': {
    subject: 'You have an account already',
    text: 'Hello {name},\n\nsomebody, perhaps you, tried to sign up with this address. It has an account already: sign in, or reset the password:\n\n{link}\n',
  },
  'reset-password': {
    subject: 'Choose a new password',
    text: 'Hello {name},\n\nopen this link to choose a new password:\n\n{link}\n\nIt works once, for {minutes} minutes. If you did not ask for it, do nothing: your password stays as it is.\n',
  },
  'password-changed': {
    subject: 'Your password was changed',
    text: 'Hello {name},\n\nyour password was changed, and all other devices were signed out. If that was not you, reset it now:\n\n{link}\n',
  },
  'email-changed': {
    subject: 'Your address was changed',
    text: 'Hello {name},\n\nyour account now has another address than this one. If that was not you, ask us for help.\n',
  },
  'new-device': {
    subject: 'A new device signed in',
    text: 'Hello {name},\n\n{device} signed in from {place} at {time}. If that was not you, sign it out and change your password:\n\n{link}\n',
  },
  invitation: {
    subject: 'Join {organization}',
    text: 'Hello,\n\n{inviter} invites you to {organization}:\n\n{link}\n\nThe invitation is good for {days} days.\n',
  },
  'link-identity': {
    subject: 'Confirm a new way to sign in',
    text: 'Hello {name},\n\nsomebody, perhaps you, wants to sign in to your account with {provider}. Open this link to allow it:\n\n{link}\n\nIf that was not you, do nothing.\n',
  },
  'second-factor-changed': {
    subject: 'Your second factor was changed',
    text: 'Hello {name},\n\nthe second factor of your account was changed. If that was not you, reset your password now:\n\n{link}\n',
  },
  'export-ready': {
    subject: 'Your data is ready',
    text: 'Hello {name},\n\nwhat you asked for is ready. Open this page while you are signed in:\n\n{link}\n',
  },
  'usage-alert': {
    subject: '{organization} has used {percent} % of its quota',
    text: 'Hello {name},\n\n{organization} has used {used} of the {limit} predictions that its plan includes in this billing period: {percent} % is reached.\n\nThe next period begins on {date}.\n',
  },
  'payment-failed': {
    subject: 'A payment of {organization} did not go through',
    text: 'Hello {name},\n\na payment of {amount} for the bill {number} of {organization} did not go through, or was not made in time. Check how you pay, so that everything goes on working:\n\n{link}\n',
  },
} as const;

export type MailTemplate = keyof typeof mailEn;
