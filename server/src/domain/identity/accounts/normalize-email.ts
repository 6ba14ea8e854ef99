/** Addresses compare without case: two people who differ only in it do not exist. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}
